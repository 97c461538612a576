import type { SourceId, TaskName } from '../model/names';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { onceARevision } from '../state/once-a-revision';
import { sinceText } from './words';

/** Whether somebody speaks for a source of a task. */
export type WorkerOf =
  /** `error`: what it says that it can't go past; null: nothing. */
  | { readonly kind: 'online'; readonly name: string; readonly error: string | null }
  /** `sinceMs` null: nobody knows since when, or none ever registered. */
  | { readonly kind: 'offline'; readonly sinceMs: number | null; readonly error: string | null }
  /** DM runs it, and has bound no worker to it. */
  | { readonly kind: 'dm' };

/** The worker of a source of a task. */
export function workerOf(state: CoordinatorState, task: TaskName, source: SourceId): WorkerOf {
  const key = sourceKey(task, source);
  const session = state.sessions.get(key);
  const status = state.statuses.get(key);
  if (session !== undefined) {
    const { worker, registeredAtMs } = session.record;
    // What it said before it began again counts no more.
    const error = status === undefined || status.atMs < registeredAtMs ? null : status.error;
    return { kind: 'online', name: worker, error };
  }
  const isOfDm = state.pessimistic.subtasks.get(task)?.has(source) === true;
  const dmWorker = isOfDm ? state.dmWorkers.ofSource(source) : null;
  if (dmWorker?.isAlive === true) return { kind: 'online', name: dmWorker.name, error: null };
  if (isOfDm && dmWorker === null) return { kind: 'dm' };
  return { kind: 'offline', sinceMs: state.past.offlineSinceMs(key), error: status?.error ?? null };
}

/** The worker in words, as the end of a sentence about its source. */
export function workerText(worker: WorkerOf): string {
  switch (worker.kind) {
    case 'online':
      return `its worker ${worker.name} is online${errorText(', but cannot go on', worker.error)}`;
    case 'dm':
      return 'DM runs it, and has bound no worker to it';
    case 'offline':
      return (
        (worker.sinceMs === null
          ? 'no worker is registered for it'
          : `its worker is offline${sinceText(worker.sinceMs)}`) + errorText('; the last that it said', worker.error)
      );
  }
}

function errorText(before: string, error: string | null): string {
  return error === null ? '' : `${before}: ${error}`;
}

/** Whether any worker of the task lives, DM's included: from them alone it follows that the task runs. */
export function hasWorkers(state: CoordinatorState, task: TaskName): boolean {
  if ((state.pessimistic.subtasks.get(task)?.size ?? 0) > 0) return true;
  return liveTasksOf(state).has(task);
}

/** The tasks with a living session. */
const liveTasksOf = onceARevision(
  (state): ReadonlySet<TaskName> => new Set([...state.sessions.values()].map(({ task }) => task)),
);
