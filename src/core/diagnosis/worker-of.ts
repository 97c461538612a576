import type { SourceId, TaskName } from '../model/names';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { sinceText } from './words';

/** Whether somebody speaks for a source of a task. */
export type WorkerOf =
  | { readonly kind: 'online'; readonly name: string }
  /** `sinceMs` null: nobody knows since when, or none ever registered. */
  | { readonly kind: 'offline'; readonly sinceMs: number | null }
  /** DM runs it, and has bound no worker to it. */
  | { readonly kind: 'dm' };

/** The worker of a source of a task. */
export function workerOf(state: CoordinatorState, task: TaskName, source: SourceId): WorkerOf {
  const key = sourceKey(task, source);
  const session = state.sessions.get(key);
  if (session !== undefined) return { kind: 'online', name: session.record.worker };
  const isOfDm = state.pessimistic.subtasks.get(task)?.has(source) === true;
  const dmWorker = isOfDm ? state.dmWorkers.ofSource(source) : null;
  if (dmWorker?.isAlive === true) return { kind: 'online', name: dmWorker.name };
  return isOfDm && dmWorker === null ? { kind: 'dm' } : { kind: 'offline', sinceMs: state.past.offlineSinceMs(key) };
}

/** The worker in words, as the end of a sentence about its source. */
export function workerText(worker: WorkerOf): string {
  switch (worker.kind) {
    case 'online':
      return `its worker ${worker.name} is online`;
    case 'dm':
      return 'DM runs it, and has bound no worker to it';
    case 'offline':
      return worker.sinceMs === null
        ? 'no worker is registered for it'
        : `its worker is offline${sinceText(worker.sinceMs)}`;
  }
}

/** Whether any worker of the task lives, DM's included: from them alone it follows that the task runs. */
export function hasWorkers(state: CoordinatorState, task: TaskName): boolean {
  if ((state.pessimistic.subtasks.get(task)?.size ?? 0) > 0) return true;
  return liveTasksOf(state).has(task);
}

/** The tasks with a living session, found out once a revision. */
const LIVE = new WeakMap<CoordinatorState, { readonly revision: number; readonly tasks: ReadonlySet<TaskName> }>();

function liveTasksOf(state: CoordinatorState): ReadonlySet<TaskName> {
  const known = LIVE.get(state);
  if (known?.revision === state.revision) return known.tasks;
  const tasks = new Set([...state.sessions.values()].map(({ task }) => task));
  LIVE.set(state, { revision: state.revision, tasks });
  return tasks;
}
