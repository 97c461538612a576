import { LockstepError } from '../../core/model/error';
import { parseLockId } from '../../core/model/lock-id';
import { parseLockName } from '../../core/model/lock-name';
import type { JsonValue } from '../../core/wire/json-reader';
import type { ApiClient, Variables } from './api-client';

/** How many locks are explained at once. */
const SHOWN = 10;

/** How many failed actions are asked for. */
const ACTIONS_ASKED = 100;

/** Problems that a lock's own explanation tells of. */
const OF_LOCKS: ReadonlySet<string> = new Set(['ORPHAN_LOCK', 'PHANTOM_LOCK']);

/** What stands still, and what else is wrong with what was asked for. */
export interface StandStill {
  readonly locks: readonly JsonValue[];
  /** How many locks there are, of which the first are explained. */
  readonly total: number;
  readonly problems: readonly JsonValue[];
  /** Manual actions that failed, the newest first. */
  readonly failedActions: readonly JsonValue[];
}

/**
 * What stands still of a lock, of a task, or (null) at all.
 * @throws LockstepError LOCK_NOT_FOUND, TASK_NOT_FOUND
 */
export function findStandStill(client: ApiClient, name: string | null): Promise<StandStill> {
  return name !== null && isLockName(name) ? oneLock(client, name) : someLocks(client, name);
}

/** A lock, or what is wrong about one that is gone. */
async function oneLock(client: ApiClient, name: string): Promise<StandStill> {
  const lock = await client.ask('ShardLockDiagnosis', { id: name });
  const id = lock.isPresent ? lock.field('id').text() : parseLockName(name);
  const { task } = parseLockId(id);
  const problems = await problemsBeside(client, task, lock.isPresent ? [id] : []);
  const own = problems.filter((problem) => problem.field('lockId').is(id));
  if (!lock.isPresent && own.length === 0)
    throw new LockstepError('LOCK_NOT_FOUND', `there is no lock ${id}`, { lockId: id });
  const failedActions = await failedOf(client, { task, lockId: id });
  return { locks: lock.isPresent ? [lock] : [], total: lock.isPresent ? 1 : 0, problems: own, failedActions };
}

async function someLocks(client: ApiClient, task: string | null): Promise<StandStill> {
  const filter = task === null ? {} : { task };
  const page = await client.ask('ShardLockDiagnoses', { filter, first: SHOWN });
  const locks = page.field('nodes').list((lock) => lock);
  const ids = locks.map((lock) => lock.field('id').text());
  const problems = await problemsBeside(client, task, ids);
  return { locks, total: page.field('totalCount').count(), problems, failedActions: await failedOf(client, filter) };
}

/** What is wrong of a task, or of all, that isn't said of these locks already. @throws LockstepError TASK_NOT_FOUND */
async function problemsBeside(
  client: ApiClient,
  task: string | null,
  lockIds: readonly string[],
): Promise<JsonValue[]> {
  const from = task === null ? await client.ask('ShardCluster') : await client.ask('ShardTaskProblems', { name: task });
  if (!from.isPresent) throw new LockstepError('TASK_NOT_FOUND', `there is no task ${task}`, { task });
  return from
    .field('problems')
    .list((problem) => problem)
    .filter(
      (problem) => !lockIds.some((id) => problem.field('lockId').is(id) && OF_LOCKS.has(problem.field('kind').text())),
    );
}

/** The last manual actions that failed: whoever comes to a lock at night wasn't always the first one. */
async function failedOf(client: ApiClient, filter: Variables): Promise<JsonValue[]> {
  const states = ['FAILED', 'EXPIRED'];
  const page = await client.ask('ShardActions', { filter: { ...filter, states }, first: ACTIONS_ASKED });
  return page.field('nodes').list((action) => action);
}

/** A lock ID, or `task/schema.table`; anything else is a task. */
function isLockName(name: string): boolean {
  try {
    parseLockName(name);
    return true;
  } catch (error) {
    if (error instanceof LockstepError) return false;
    throw error;
  }
}
