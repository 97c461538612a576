import type { SourceId, TaskName } from '../../core/model/names';
import type { StatusRecord } from '../../core/model/records';
import { sourceKey } from '../../core/model/table-key';
import type { CoordinatorState, Session } from '../../core/state/coordinator-state';
import { dmAssignments, dmWorkersOfTask } from './dm-worker-view';
import type { ShardAssignment, ShardWorker, ShardWorkerStatus } from '../types/worker';
import { grouped, onceARevision } from './once-a-revision';

/** The living sessions by worker and by task: a router asks for a thousand workers at a time. */
const sessionsOf = onceARevision((state) => {
  const sessions = [...state.sessions.values()];
  return {
    ofWorker: grouped(sessions.map((session) => [session.record.worker, session] as const)),
    ofTask: grouped(sessions.map((session) => [session.task, session] as const)),
  };
});

/** The name of every worker that is registered now. */
export function listWorkers(state: CoordinatorState): Iterable<string> {
  return new Set([...sessionsOf(state).ofWorker.keys(), ...state.dmWorkers.names]);
}

/** The names of the workers of a task, in their order. */
export function workersOfTask(state: CoordinatorState, task: TaskName): string[] {
  const own = sessionsOf(state).ofTask.get(task) ?? [];
  return [...new Set([...own.map(({ record }) => record.worker), ...dmWorkersOfTask(state, task)])].sort();
}

/** The name of the worker of a source in a task; null: none is registered now. */
export function workerOfSource(state: CoordinatorState, task: TaskName, source: SourceId): string | null {
  const session = state.sessions.get(sourceKey(task, source));
  if (session !== undefined) return session.record.worker;
  const isOfDm = state.pessimistic.subtasks.get(task)?.has(source) === true;
  return isOfDm ? (state.dmWorkers.ofSource(source)?.name ?? null) : null;
}

/** A worker as the API shows it; null: it isn't registered. */
export function viewWorker(state: CoordinatorState, id: string): ShardWorker | null {
  const sessions = sessionsOf(state).ofWorker.get(id);
  if (sessions === undefined && state.dmWorkers.find(id) === null) return null;
  const own = (sessions ?? []).map((session) => viewAssignment(state, session));
  const assignments = [...own, ...dmAssignments(state, id)];
  return { id, assignments: assignments.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)) };
}

function viewAssignment(state: CoordinatorState, { task, source, record, revision }: Session): ShardAssignment {
  return {
    taskName: task,
    sourceId: source,
    epoch: revision,
    registeredAt: new Date(record.registeredAtMs),
    status: viewStatusOf(state, task, source),
    dm: null,
  };
}

/** What the worker of a source last said, whether it is there or not; null: nothing. */
export function viewStatusOf(state: CoordinatorState, task: TaskName, source: SourceId): ShardWorkerStatus | null {
  const status = state.statuses.get(sourceKey(task, source));
  return status === undefined ? null : viewStatus(status);
}

function viewStatus({ atMs, formingGroups, ...status }: StatusRecord): ShardWorkerStatus {
  const groups = formingGroups.map(({ sinceMs, ...group }) => ({ ...group, since: new Date(sinceMs) }));
  return { ...status, formingGroups: groups, reportedAt: new Date(atMs) };
}

function placeOf({ taskName, sourceId }: ShardAssignment): string {
  return sourceKey(taskName, sourceId);
}
