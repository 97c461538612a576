import { LockstepError } from '../../../core/model/error';
import { parseLockId } from '../../../core/model/lock-id';
import type { ApiClient, Variables } from '../../client/api-client';
import { resolveOneWorker, resolveWorkers } from '../../client/source-names';
import type { Command, Flag } from '../../grammar/command';
import type { Options } from '../../grammar/options';
import type { Io } from '../../io';
import { ACTION_FLAGS, WAIT_FLAG, act, waitOf } from '../action-report';
import { dmctlCommand } from './dmctl-command';
import type { DmctlAnswer } from './dmctl-command';
import { answerOf } from './dmctl-outcome';

const FLAGS: readonly Flag[] = [
  {
    name: 'owner',
    short: 'o',
    kind: 'text',
    value: 'NAME',
    help: 'pessimistic: this synced source executes instead of the owner',
  },
  {
    name: 'worker',
    short: 'w',
    kind: 'list',
    value: 'NAME',
    help: 'only this source (or worker): pessimistic: only it skips; optimistic: only its tables',
  },
  { name: 'source', short: 's', kind: 'list', value: 'NAME', help: 'the same' },
  { name: 'force-remove', short: 'f', kind: 'switch', help: 'pessimistic: remove the lock even if the owner fails' },
  {
    name: 'action',
    short: 'a',
    kind: 'text',
    choices: ['skip', 'exec'],
    help: 'optimistic: what becomes of the DDLs; skip if a table is named',
  },
  { name: 'database', short: 'd', kind: 'text', value: 'NAME', help: 'optimistic: the schema of the upstream table' },
  { name: 'table', short: 't', kind: 'text', value: 'NAME', help: 'optimistic: the upstream table' },
  { name: 'force', kind: 'switch', help: 'optimistic: also a table that waits for a redirect or is in stage error' },
  WAIT_FLAG,
  ...ACTION_FLAGS,
];

/** One of each mode. */
const examplesOf = (name: string): readonly string[] => [
  `lockstep ${name} --dry-run --action skip --worker mysql-02 --database shop --table orders_2 'orders-\`shard_db\`.\`shard_table\`'`,
  `lockstep ${name} --dry-run --reason 'mysql-02 is gone' 'invoices-\`shard_db\`.\`shard_table\`'`,
];

const unlock = {
  arguments: [{ name: 'lock-ID', help: 'the lock, in single quotes because of its backquotes; or task/schema.table' }],
  flags: FLAGS,
  answer: unlockLock,
};

/** `unlock-ddl-lock`. */
export const unlockDdlLock: Command = dmctlCommand({
  ...unlock,
  name: 'unlock-ddl-lock',
  examples: examplesOf('unlock-ddl-lock'),
  summary: 'let a lock go on although automation still waits',
});

/** The same in the words of dmctl 2.0. */
export const shardDdlLockUnlock: Command = dmctlCommand({
  ...unlock,
  name: 'shard-ddl-lock unlock',
  examples: examplesOf('shard-ddl-lock unlock'),
  summary: 'the same as unlock-ddl-lock',
});

async function unlockLock(client: ApiClient, options: Options, io: Io): Promise<DmctlAnswer> {
  const input = await inputOf(client, options);
  return answerOf(await act(client, 'UnlockShardLock', input, options, io), 'The lock is unlocked.');
}

async function inputOf(client: ApiClient, options: Options): Promise<Variables> {
  const lockId = options.argument(0) ?? '';
  const task = taskOf(lockId);
  const owner = options.text('owner');
  const workers = [...options.list('worker'), ...options.list('source')];
  const action = actionOf(options);
  return {
    lockId,
    ...(owner === null ? {} : { owner: await resolveOneWorker(client, owner, task) }),
    ...(action === null ? {} : { action }),
    ...(await whichTables(client, options, workers, task)),
    forceRemove: options.isOn('force-remove'),
    force: options.isOn('force'),
    ...waitOf(options),
  };
}

async function whichTables(
  client: ApiClient,
  options: Options,
  workers: readonly string[],
  task: string | null,
): Promise<Variables> {
  const schema = options.text('database');
  const table = options.text('table');
  if (schema === null && table === null) return { sources: await resolveWorkers(client, workers, task) };
  const [worker, ...others] = workers;
  if (schema === null || table === null || worker === undefined || others.length > 0) {
    throw new LockstepError(
      'INVALID_INPUT',
      'one table is named by all of --worker, --database and --table, each once',
      {
        field: 'table',
      },
    );
  }
  return { tables: [{ source: await resolveOneWorker(client, worker, task), schema, table }] };
}

/** As in dmctl, skip is meant where a table is named. */
function actionOf(options: Options): string | null {
  const action = options.text('action');
  if (action !== null) return action.toUpperCase();
  return options.text('table') === null ? null : 'SKIP';
}

/** The task of a lock ID; null for a lock that is named otherwise: then any source may be meant. */
function taskOf(lockId: string): string | null {
  try {
    return parseLockId(lockId).task;
  } catch (error) {
    if (error instanceof LockstepError) return null;
    throw error;
  }
}
