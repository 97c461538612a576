import { LockstepError } from '../../../core/model/error';
import type { ApiClient } from '../../client/api-client';
import { resolveOneWorker } from '../../client/source-names';
import type { Command } from '../../grammar/command';
import type { Options } from '../../grammar/options';
import type { Io } from '../../io';
import { ACTION_FLAGS, WAIT_FLAG, act, waitOf } from '../action-report';
import { dmctlCommand } from './dmctl-command';
import type { DmctlAnswer } from './dmctl-command';
import { answerOf } from './dmctl-outcome';

/** `break-ddl-lock`. */
export const breakDdlLock: Command = dmctlCommand({
  name: 'break-ddl-lock',
  summary: 'let one source that is still blocked on a DDL execute or skip it',
  examples: ['lockstep break-ddl-lock --dry-run --worker mysql-01 --skip invoices'],
  arguments: [{ name: 'task', help: 'the task' }],
  flags: [
    { name: 'worker', short: 'w', kind: 'list', value: 'NAME', help: 'the source that is blocked, or its worker' },
    { name: 'source', short: 's', kind: 'list', value: 'NAME', help: 'the same' },
    { name: 'exec', kind: 'switch', help: 'it executes the DDLs downstream' },
    { name: 'skip', kind: 'switch', help: 'it skips the DDLs' },
    { name: 'remove-id', kind: 'text', value: 'LOCK-ID', help: 'remove this lock even if the worker does not answer' },
    { name: 'force', kind: 'switch', help: 'also while automation could still resolve the lock' },
    WAIT_FLAG,
    ...ACTION_FLAGS,
  ],
  answer: breakLock,
});

async function breakLock(client: ApiClient, options: Options, io: Io): Promise<DmctlAnswer> {
  const task = options.argument(0);
  const [worker, ...others] = [...options.list('worker'), ...options.list('source')];
  if (worker === undefined || others.length > 0) throw invalid('worker', 'name one source with --worker');
  if (options.isOn('exec') === options.isOn('skip')) throw invalid('action', 'say either --exec or --skip');
  const removeLockId = options.text('remove-id');
  const input = {
    task,
    source: await resolveOneWorker(client, worker, task),
    action: options.isOn('exec') ? 'EXEC' : 'SKIP',
    ...(removeLockId === null ? {} : { removeLockId }),
    force: options.isOn('force'),
    ...waitOf(options),
  };
  return answerOf(await act(client, 'BreakShardLock', input, options, io), 'The source goes on.');
}

function invalid(field: string, message: string): LockstepError {
  return new LockstepError('INVALID_INPUT', `${message} (see: lockstep break-ddl-lock --help)`, { field });
}
