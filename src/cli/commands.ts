import { action } from './commands/action';
import { actions } from './commands/actions';
import { completionOf } from './commands/completion';
import { breakDdlLock } from './commands/dmctl/break-ddl-lock';
import { queryStatus } from './commands/dmctl/query-status';
import { shardDdlLock, showDdlLocks } from './commands/dmctl/show-ddl-locks';
import { shardDdlLockUnlock, unlockDdlLock } from './commands/dmctl/unlock-ddl-lock';
import { doctor } from './commands/doctor';
import { explain } from './commands/explain';
import { locks } from './commands/locks';
import { excludeSource, removeMeta, retryInfo } from './commands/operator-actions';
import { schemaPrint } from './commands/schema-print';
import { serve } from './commands/serve';
import { taskPut } from './commands/task-put';
import { watch } from './commands/watch';
import { why } from './commands/why';
import { worker } from './commands/worker';
import type { Command } from './grammar/command';

/** The commands by what they are for; help lists them so. */
export const COMMAND_GROUPS: readonly { readonly title: string; readonly commands: readonly Command[] }[] =
  withCompletion([
    { title: 'See', commands: [why, locks, watch, explain, doctor, actions, action] },
    { title: 'Act', commands: [taskPut, excludeSource, retryInfo, removeMeta] },
    {
      title: 'As in dmctl',
      commands: [showDdlLocks, unlockDdlLock, breakDdlLock, shardDdlLock, shardDdlLockUnlock, queryStatus],
    },
    { title: 'Run', commands: [serve, worker, schemaPrint] },
  ]);

/** All commands. */
export const COMMANDS: readonly Command[] = COMMAND_GROUPS.flatMap(({ commands }) => commands);

function withCompletion(
  groups: readonly { readonly title: string; readonly commands: readonly Command[] }[],
): typeof groups {
  const completion = completionOf(groups.flatMap(({ commands }) => commands));
  return groups.map((group, index) =>
    index < groups.length - 1 ? group : { ...group, commands: [...group.commands, completion] },
  );
}
