import type { SourceId, TaskName } from '../model/names';
import { sourceKey } from '../model/table-key';
import type { SourceKey } from '../model/table-key';
import type { DmKey } from '../wire/dm-keys';
import type { CoordinatorState, WorkerNews } from './coordinator-state';

/** The keys that tell which DM worker runs what. */
type RunningKey = Extract<DmKey, { kind: 'subtask' | 'alive-worker' | 'bound-worker' }>;

type Running = Omit<WorkerNews, 'kind'>;

/**
 * Take in a change of a key that tells which DM workers run what: bound to a source, alive, with a subtask there. Those that
 * came and those that went are announced.
 */
export function trackDmWorkers(state: CoordinatorState, key: RunningKey, fold: () => void): void {
  const before = runningOf(state, key);
  try {
    fold();
  } finally {
    const after = runningOf(state, key);
    for (const [id, of] of before)
      if (after.get(id)?.worker !== of.worker) announce(state, id, { kind: 'WorkerOffline', ...of });
    for (const [id, of] of after)
      if (before.get(id)?.worker !== of.worker) announce(state, id, { kind: 'WorkerOnline', ...of });
  }
}

/** The tasks of which DM has a subtask on `source`. */
export function* dmTasksOf({ pessimistic }: CoordinatorState, source: SourceId): Generator<TaskName> {
  for (const [task, sources] of pessimistic.subtasks) if (sources.has(source)) yield task;
}

function runningOf(state: CoordinatorState, key: RunningKey): ReadonlyMap<SourceKey, Running> {
  const running = new Map<SourceKey, Running>();
  for (const [task, source] of concerned(state, key)) {
    const worker = state.dmWorkers.ofSource(source);
    if (worker?.isAlive === true) running.set(sourceKey(task, source), { task, source, worker: worker.name });
  }
  return running;
}

function* concerned(state: CoordinatorState, key: RunningKey): Generator<readonly [TaskName, SourceId]> {
  if (key.kind === 'subtask') {
    if (state.pessimistic.subtasks.get(key.task)?.has(key.source) === true) yield [key.task, key.source];
    return;
  }
  const source = state.dmWorkers.sourceOf(key.worker);
  if (source !== null) for (const task of dmTasksOf(state, source)) yield [task, source];
}

function announce(state: CoordinatorState, source: SourceKey, news: WorkerNews): void {
  state.workerNews.set(source, news);
  state.outbox.ask({ kind: 'announce-worker', source });
}
