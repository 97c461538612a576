import type { SourceId, TaskName } from '../../core/model/names';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import { dmTasksOf } from '../../core/state/dm-running';
import type { DmWorker } from '../../core/state/dm-workers';
import type { ShardAssignment } from '../types/worker';

/** What can't be known of DM's workers, since they speak to dm-master. */
const UNKNOWN = 'unknown: DM workers answer dm-master only';

/** The source of each task that a worker of DM works for. */
export function dmAssignments(state: CoordinatorState, name: string): ShardAssignment[] {
  const worker = state.dmWorkers.find(name);
  const source = state.dmWorkers.sourceOf(name);
  if (worker === null || source === null) return [];
  return [...dmTasksOf(state, source)].map((task) => viewDmAssignment(state, worker, task, source));
}

function viewDmAssignment(
  state: CoordinatorState,
  { isAlive, joinedAt }: DmWorker,
  task: TaskName,
  source: SourceId,
): ShardAssignment {
  // Its info stands until its operation is acknowledged.
  const info = state.pessimistic.find(task, source)?.info ?? null;
  const joined = joinedAt === null ? Number.NaN : Date.parse(joinedAt);
  return {
    taskName: task,
    sourceId: source,
    online: isAlive,
    offlineSince: null,
    epoch: null,
    registeredAt: null,
    status: null,
    dm: {
      alive: isAlive,
      joinedAt: Number.isNaN(joined) ? null : new Date(joined),
      blockingDdls: info?.ddls ?? [],
      blockingLockId: info?.lockId ?? null,
      unknownBecause: UNKNOWN,
    },
  };
}

/** The names of DM's workers that work for a task. */
export function dmWorkersOfTask(state: CoordinatorState, task: TaskName): string[] {
  const sources = [...(state.pessimistic.subtasks.get(task)?.keys() ?? [])];
  return sources.flatMap((source) => state.dmWorkers.ofSource(source)?.name ?? []);
}
