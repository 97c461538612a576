import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import { taskSourceOfKey } from '../model/table-key';
import { sameDdls } from '../pessimistic/ddl-lists';
import type { CoordinatorState } from '../state/coordinator-state';
import type { HeldLock } from '../state/held-lock';
import { onceARevision } from '../state/once-a-revision';
import type { ExecutedDdls } from '../state/past';
import type { Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import { hasWorkers } from './worker-of';

/** Whether a source can be left out of its task by hand: it is known to be of the task, and isn't left out already. */
export function excludable(state: CoordinatorState, task: TaskName, source: SourceId): boolean {
  const record = state.tasks.get(task);
  const isOfTask =
    record?.sources.includes(source) === true || state.pessimistic.subtasks.get(task)?.has(source) === true;
  return isOfTask && record?.excluded.includes(source) !== true;
}

/** The sources that all workers of a task say it has; none if they say nothing, or not the same. */
export function expectedOf(state: CoordinatorState, task: TaskName): readonly SourceId[] {
  return state.tasks.get(task)?.expected ?? [];
}

/** Whether a task has neither workers nor source tables: nobody will ever go on with its locks. */
export function isOrphanTask(state: CoordinatorState, task: TaskName): boolean {
  return !hasWorkers(state, task) && !tasksWithTables(state).has(task);
}

/** Whether DM's workers work for a task, or did: those of the API leave a record of it. */
export function isOfDm({ pessimistic, tasks }: CoordinatorState, task: TaskName): boolean {
  return pessimistic.subtasks.has(task) || !tasks.has(task);
}

/** The tasks with source tables. */
const tasksWithTables = onceARevision((state): ReadonlySet<TaskName> => {
  const optimistic = [...state.sourceTables.values()].filter(({ revision }) => revision > 0).map(({ task }) => task);
  const pessimistic = [...state.pessimisticRoutes.keys()].map((key) => taskSourceOfKey(key).task);
  return new Set([...optimistic, ...pessimistic]);
});

/**
 * What the lock before a pessimistic one executed, if that is just what this one is for: then a source reports DDLs that
 * are executed already. Null: it isn't so, or nobody knows, or the sources have all reported again.
 */
export function phantomOfSources({ past }: CoordinatorState, { lock }: HeldLock): ExecutedDdls | null {
  const { id, incarnation, ddls } = lock.origin;
  if (lock.moving) return null;
  const executed = past.executedBefore(id, incarnation);
  return executed !== null && sameDdls([...new Set(ddls)], executed.ddls) ? executed : null;
}

/** The same of an optimistic lock: all that its tables have reported was executed by the lock before. */
export function phantomOfTables({ past }: CoordinatorState, target: Target, { lock }: TargetLock): ExecutedDdls | null {
  if (lock.synced) return null;
  const executed = past.executedBefore(target.lockId, lock.origin.incarnation);
  if (executed === null) return null;
  const known = new Set(executed.ddls);
  let isReported = false;
  for (const { info } of target.tables) {
    if (info === null) continue;
    if (!info.ddls.every((ddl) => known.has(ddl))) return null;
    isReported ||= info.ddls.length > 0;
  }
  return isReported ? executed : null;
}

/** The lock of an ID in whichever mode. */
export type FoundLock =
  | { readonly mode: 'optimistic'; readonly target: Target; readonly held: TargetLock }
  | { readonly mode: 'pessimistic'; readonly held: HeldLock };

/** The lock of this ID; null: there is none. */
export function findLock(state: CoordinatorState, lockId: LockId): FoundLock | null {
  const target = state.targets.get(lockId);
  if (target?.lock != null) return { mode: 'optimistic', target, held: target.lock };
  const held = state.pessimistic.locks.get(lockId);
  return held === undefined ? null : { mode: 'pessimistic', held };
}
