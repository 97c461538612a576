import type { StatusRecord } from '../../core/model/records';
import { sourceKey } from '../../core/model/table-key';
import type { CoordinatorState, Session } from '../../core/state/coordinator-state';
import type { ShardAssignment, ShardWorker, ShardWorkerStatus } from '../types/worker';

/** The name of every worker that is registered now. */
export function listWorkers(state: CoordinatorState): ReadonlySet<string> {
  return new Set([...state.sessions.values()].map(({ record }) => record.worker));
}

/** A worker as the API shows it; null: it isn't registered. */
export function viewWorker(state: CoordinatorState, id: string): ShardWorker | null {
  const sessions = [...state.sessions.values()].filter(({ record }) => record.worker === id);
  if (sessions.length === 0) return null;
  const assignments = sessions.map((session) => viewAssignment(state, session));
  return { id, assignments: assignments.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)) };
}

function viewAssignment(state: CoordinatorState, { task, source, record, revision }: Session): ShardAssignment {
  const status = state.statuses.get(sourceKey(task, source));
  return {
    taskName: task,
    sourceId: source,
    epoch: revision,
    registeredAt: new Date(record.registeredAtMs),
    status: status === undefined ? null : viewStatus(status),
  };
}

function viewStatus({ atMs, ...status }: StatusRecord): ShardWorkerStatus {
  return { ...status, reportedAt: new Date(atMs) };
}

function placeOf({ taskName, sourceId }: ShardAssignment): string {
  return sourceKey(taskName, sourceId);
}
