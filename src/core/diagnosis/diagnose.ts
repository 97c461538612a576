import type { LockId } from '../model/lock-id';
import { parseLockId } from '../model/lock-id';
import type { TaskName } from '../model/names';
import type { CoordinatorState } from '../state/coordinator-state';
import { formingLocks, formingWaits } from './forming';
import type { FormingLock } from './forming';
import { optimisticRemedies } from './optimistic-remedies';
import { optimisticWaits } from './optimistic-waits';
import { pessimisticRemedies } from './pessimistic-remedies';
import { pessimisticWaits } from './pessimistic-waits';
import { remediesByDmctl } from './remedy';
import type { Remedy } from './remedy';
import { excludeSource, removeMeta } from './request';
import { excludable, findLock, isOfDm, isOrphanTask, phantomOfSources, phantomOfTables } from './scope';
import type { WaitReason } from './wait-reason';
import { hasWorkers } from './worker-of';

/** The first `most` things that a lock waits for; none for a lock that isn't there. */
export function waitReasonsOfLock(state: CoordinatorState, lockId: LockId, most: number): WaitReason[] {
  const found = findLock(state, lockId);
  const reasons: WaitReason[] = [];
  if (found === null) {
    const forming = formingLocks(state).get(lockId);
    return forming === undefined ? [] : formingWaits(forming).slice(0, most);
  }
  const all =
    found.mode === 'optimistic'
      ? optimisticWaits(state, found.target, found.held)
      : pessimisticWaits(state, found.held);
  for (const reason of all) {
    if (reasons.length >= most) break;
    reasons.push(reason);
  }
  return reasons;
}

/** What a person could do about a lock; beside a dm-master by its own tool. */
export function remediesOfLock(state: CoordinatorState, lockId: LockId): Remedy[] {
  const remedies = ownRemedies(state, lockId);
  return state.observing ? remediesByDmctl(remedies) : remedies;
}

function ownRemedies(state: CoordinatorState, lockId: LockId): Remedy[] {
  const found = findLock(state, lockId);
  const forming = formingLocks(state).get(lockId);
  if (found === null) return forming === undefined ? [] : formingRemedies(state, forming);
  const stopped = stoppedRemedies(state, lockId);
  const own =
    found.mode === 'optimistic'
      ? optimisticRemedies(state, found.target, found.held)
      : pessimisticRemedies(state, found.held);
  const again =
    found.mode === 'optimistic' && phantomOfTables(state, found.target, found.held) !== null
      ? [beginAgain(state, lockId)]
      : [];
  return isOrphanLock(state, lockId) ? [...stopped, ...own] : [...again, ...own, ...stopped];
}

/** Tables repeat what the last lock executed, and the others won't: all begin again with the schemas that they have. */
function beginAgain(state: CoordinatorState, lockId: LockId): Remedy {
  const { task } = parseLockId(lockId);
  const { advice, afterwards } = beginningAgain(state, task);
  return {
    kind: 'begin-again',
    sentence: `Tables repeat DDLs that the last lock of this target has executed. ${advice}`,
    effect: `Locks, reports, operations and source tables of task ${task} are removed; ${afterwards}`,
    ...removeMeta(task),
  };
}

/** What comes of it depends on whether the schemas of the tables are known before they report. */
function beginningAgain(
  state: CoordinatorState,
  task: TaskName,
): { readonly advice: string; readonly afterwards: string } {
  const advice = `Stop the workers of task ${task}, remove what is stored of it, and start them again.`;
  if (!isOfDm(state, task))
    return { advice, afterwards: 'its workers put their tables with their schemas again when they start.' };
  if (state.downstream.recorded.has(task))
    return {
      advice,
      afterwards: "DM's workers put their tables when they start, and the schemas are read from their checkpoints.",
    };
  return {
    advice: `Wait: this lock ends by itself when each table has met its next DDL. DM's workers put tables without schemas, so removing what is stored of task ${task} helps only where serve --downstream reads them; without it such a lock comes back with the next report.`,
    afterwards:
      "DM's workers put their tables without schemas when they start, so without serve --downstream such a lock comes back with the next report.",
  };
}

/** Whether nobody will ever go on with a lock. */
export function isOrphanLock(state: CoordinatorState, lockId: LockId): boolean {
  return isOrphanTask(state, parseLockId(lockId).task);
}

/** Whether a lock is for DDLs that the last lock of its target has executed already. */
export function isPhantomLock(state: CoordinatorState, lockId: LockId): boolean {
  const found = findLock(state, lockId);
  if (found === null) return false;
  const executed =
    found.mode === 'optimistic'
      ? phantomOfTables(state, found.target, found.held)
      : phantomOfSources(state, found.held);
  return executed !== null;
}

/** If nobody works for the task any more, it may have been stopped for good. */
function stoppedRemedies(state: CoordinatorState, lockId: LockId): Remedy[] {
  const { task } = parseLockId(lockId);
  if (hasWorkers(state, task)) return [];
  return [
    {
      kind: 'remove-task',
      sentence: `If task ${task}, of which no worker is registered, was stopped for good: remove what is stored of it.`,
      effect: `Locks, reports, operations and source tables of task ${task} are removed; nothing is executed downstream.`,
      ...removeMeta(task),
    },
  ];
}

function formingRemedies(state: CoordinatorState, { task, parts }: FormingLock): Remedy[] {
  return parts
    .filter(({ source }) => excludable(state, task, source))
    .map(({ source }): Remedy => ({
      kind: 'exclude-source',
      sentence: `If the DDL cannot be run on the missing tables of source ${source} and the others must go on: leave the source out.`,
      effect: `Source ${source} counts as ready and done in all locks of task ${task}, gets no operations, and its reports are refused until that is undone.`,
      ...excludeSource(task, source),
    }));
}
