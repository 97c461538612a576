import type { LockEvent } from '../model/lock-event';
import { sourceKey } from '../model/table-key';
import type { SourceKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';

/** A DM worker that runs a task on a source. */
type Running = Extract<LockEvent, { kind: 'WorkerOnline' | 'WorkerOffline' }>;

/** Which DM workers run which sources of which tasks: bound to the source, alive, with a subtask there. */
export function runningWorkers(state: CoordinatorState): ReadonlyMap<SourceKey, Omit<Running, 'kind'>> {
  const running = new Map<SourceKey, Omit<Running, 'kind'>>();
  for (const [task, sources] of state.pessimistic.subtasks) {
    for (const source of sources.keys()) {
      const worker = state.dmWorkers.ofSource(source);
      if (worker?.isAlive === true) running.set(sourceKey(task, source), { task, source, worker: worker.name });
    }
  }
  return running;
}

/** Workers that came, and those that went. */
export function workerEvents(
  before: ReturnType<typeof runningWorkers>,
  after: ReturnType<typeof runningWorkers>,
): LockEvent[] {
  const gone = [...before].filter(([key, { worker }]) => after.get(key)?.worker !== worker);
  const come = [...after].filter(([key, { worker }]) => before.get(key)?.worker !== worker);
  return [
    ...gone.map(([, of]) => ({ kind: 'WorkerOffline', ...of }) as const),
    ...come.map(([, of]) => ({ kind: 'WorkerOnline', ...of }) as const),
  ];
}
