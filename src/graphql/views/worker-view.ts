import type { SourceId, TaskName } from '../../core/model/names';
import type { StatusRecord } from '../../core/model/records';
import { sourceKey, taskSourceOfKey } from '../../core/model/table-key';
import type { SourceKey } from '../../core/model/table-key';
import type { CoordinatorState, Session } from '../../core/state/coordinator-state';
import { grouped, onceARevision } from '../../core/state/once-a-revision';
import { dmAssignments, dmWorkersOfTask } from './dm-worker-view';
import type { ShardAssignment, ShardWorker, ShardWorkerStatus } from '../types/worker';

/** Which workers are listed; null: whatever it is. */
export interface WorkerFilter {
  readonly task: TaskName | null;
  /** It speaks for one of these, or did. */
  readonly sources: ReadonlySet<SourceId> | null;
  readonly online: boolean | null;
}

/** Living sessions by worker and by task, and the sources of workers that are gone: a router asks for a thousand at a time. */
const indexOf = onceARevision((state) => {
  const sessions = [...state.sessions.values()];
  // Of DM's workers the store itself tells.
  const gone = [...state.past.offline].filter(
    ([key, { worker }]) => !state.sessions.has(key) && state.dmWorkers.find(worker) === null,
  );
  return {
    ofWorker: grouped(sessions.map((session) => [session.record.worker, session] as const)),
    ofTask: grouped(sessions.map((session) => [session.task, session] as const)),
    goneFrom: grouped(gone.map(([key, { worker }]) => [worker, key] as const)),
  };
});

/** The names of the workers that match a filter. */
export function* listWorkers(state: CoordinatorState, filter: WorkerFilter): Generator<string> {
  const { ofWorker, goneFrom } = indexOf(state);
  const { task, sources, online } = filter;
  const isAny = task === null && sources === null && online === null;
  for (const id of new Set([...ofWorker.keys(), ...state.dmWorkers.names, ...goneFrom.keys()]))
    if (isAny || matches(state, id, filter)) yield id;
}

function matches(state: CoordinatorState, id: string, { task, sources, online }: WorkerFilter): boolean {
  const worker = viewWorker(state, id);
  if (worker === null) return false;
  if (task === null && sources === null) return worker.online === online;
  return worker.assignments.some(
    (each) =>
      (task === null || each.taskName === task) &&
      (sources === null || sources.has(each.sourceId)) &&
      (online === null || each.online === online),
  );
}

/** The names of the workers that are registered now for a task, in their order. */
export function workersOfTask(state: CoordinatorState, task: TaskName): string[] {
  const own = indexOf(state).ofTask.get(task) ?? [];
  return [...new Set([...own.map(({ record }) => record.worker), ...dmWorkersOfTask(state, task)])].sort();
}

/** The worker of a source in a task: the one that is registered now, else the last that was; null: nobody knows of one. */
export function viewWorkerOf(state: CoordinatorState, task: TaskName, source: SourceId): ShardWorker | null {
  const name = workerOfSource(state, task, source);
  return name === null ? null : viewWorker(state, name);
}

function workerOfSource(state: CoordinatorState, task: TaskName, source: SourceId): string | null {
  const key = sourceKey(task, source);
  const session = state.sessions.get(key);
  if (session !== undefined) return session.record.worker;
  const isOfDm = state.pessimistic.subtasks.get(task)?.has(source) === true;
  const ofDm = isOfDm ? state.dmWorkers.ofSource(source) : null;
  return ofDm?.name ?? state.past.offline.get(key)?.worker ?? null;
}

/** A worker as the API shows it; null: nobody knows of it. */
export function viewWorker(state: CoordinatorState, id: string): ShardWorker | null {
  const { ofWorker, goneFrom } = indexOf(state);
  const sessions = ofWorker.get(id) ?? [];
  const gone = goneFrom.get(id) ?? [];
  const ofDm = state.dmWorkers.find(id);
  if (sessions.length === 0 && gone.length === 0 && ofDm === null) return null;
  const own = sessions.map((session) => viewAssignment(state, session));
  const former = gone.map((key) => viewFormer(state, key));
  const assignments = [...own, ...dmAssignments(state, id), ...former];
  return {
    id,
    name: id,
    online: sessions.length > 0 || ofDm?.isAlive === true,
    lastSeenAt: latestOf(assignments),
    version: sessions.at(-1)?.record.version ?? null,
    assignments: assignments.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)),
  };
}

function viewAssignment(state: CoordinatorState, { task, source, record, revision }: Session): ShardAssignment {
  return {
    taskName: task,
    sourceId: source,
    online: true,
    offlineSince: null,
    epoch: revision,
    registeredAt: new Date(record.registeredAtMs),
    status: viewStatusOf(state, task, source),
    dm: null,
  };
}

/** For whom a worker spoke that is gone. */
function viewFormer(state: CoordinatorState, key: SourceKey): ShardAssignment {
  const { task, source } = taskSourceOfKey(key);
  const sinceMs = state.past.offlineSinceMs(key);
  return {
    taskName: task,
    sourceId: source,
    online: false,
    offlineSince: sinceMs === null ? null : new Date(sinceMs),
    epoch: null,
    registeredAt: null,
    status: viewStatusOf(state, task, source),
    dm: null,
  };
}

/** When something was last stored of what a worker is registered for, or was. */
function latestOf(assignments: readonly ShardAssignment[]): Date | null {
  const times = assignments.flatMap(({ registeredAt, offlineSince, status, dm }) =>
    [registeredAt, offlineSince, status?.reportedAt, dm?.joinedAt].flatMap((time) => time?.getTime() ?? []),
  );
  return times.length === 0 ? null : new Date(Math.max(...times));
}

/** What a worker said last of any of these; null: nothing. */
export function lastStatusOf(assignments: readonly ShardAssignment[]): ShardWorkerStatus | null {
  const said = assignments.flatMap(({ status }) => status ?? []);
  return said.reduce<ShardWorkerStatus | null>(
    (last, each) => (last !== null && last.reportedAt >= each.reportedAt ? last : each),
    null,
  );
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
