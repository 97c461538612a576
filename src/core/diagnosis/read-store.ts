import type { SourceId, TaskName } from '../model/names';
import type { AbsentSource, LockReading, StoreReading, WorkerState } from '../model/store-reading';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState, SourceTablesState } from '../state/coordinator-state';
import type { HeldLock } from '../state/held-lock';
import type { Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import { taskSourcesOf } from '../state/task-sources';
import { formingLocks, formingSinceMs } from './forming';
import { optimisticState, pessimisticState } from './lock-state';
import { isOrphanTask, phantomOfSources, phantomOfTables } from './scope';
import type { FoundLock } from './scope';
import { workerOf } from './worker-of';

/**
 * What metrics show of locks and workers. It costs by the number of locks, sources and workers. Tables are looked at only of
 * sources whose worker is gone while a lock of their task waits, up to the first for which it does; and of targets that had
 * another lock before, up to the first that reports something new.
 */
export function readStore(state: CoordinatorState): StoreReading {
  const found = [...foundLocks(state)];
  const locks = [...found.map((lock) => readLock(state, lock)), ...readForming(state)];
  const tasks = new Set([
    ...state.tasks.keys(),
    ...state.pessimistic.subtasks.keys(),
    ...locks.map(({ task }) => task),
  ]);
  return { tasks, locks, workers: readWorkers(state), absentSources: [...absentSources(state, found)] };
}

function* foundLocks(state: CoordinatorState): Generator<FoundLock> {
  for (const target of state.targets.values())
    if (target.lock !== null) yield { mode: 'optimistic', target, held: target.lock };
  for (const held of state.pessimistic.locks.values()) yield { mode: 'pessimistic', held };
}

function readLock(state: CoordinatorState, found: FoundLock): LockReading {
  const orphan = isOrphanTask(state, taskOf(found));
  if (found.mode === 'optimistic') {
    const { target, held } = found;
    const { task, lockId } = target;
    return {
      task,
      lockId,
      mode: 'optimistic',
      state: optimisticState(target, held),
      synced: held.lock.synced,
      progressAtMs: held.progressAtMs,
      orphan,
      phantom: phantomOfTables(state, target, held) !== null,
    };
  }
  const { lock, lastProgressMs } = found.held;
  const { task, id } = lock.origin;
  return {
    task,
    lockId: id,
    mode: 'pessimistic',
    state: pessimisticState(lock),
    synced: lock.synced,
    progressAtMs: lastProgressMs,
    orphan,
    phantom: phantomOfSources(state, found.held) !== null,
  };
}

function readForming(state: CoordinatorState): LockReading[] {
  return [...formingLocks(state).values()].map((forming) => ({
    task: forming.task,
    lockId: forming.lockId,
    mode: 'pessimistic',
    state: 'forming',
    synced: false,
    progressAtMs: formingSinceMs(forming),
    orphan: isOrphanTask(state, forming.task),
    phantom: false,
  }));
}

function readWorkers(state: CoordinatorState): Map<string, WorkerState> {
  const workers = new Map<string, WorkerState>();
  for (const { worker } of state.past.offlineWorkers) workers.set(worker, 'offline');
  for (const { record } of state.sessions.values()) workers.set(record.worker, 'bound');
  for (const worker of state.dmWorkers.names) workers.set(worker, stateOfDmWorker(state, worker));
  return workers;
}

function stateOfDmWorker({ dmWorkers }: CoordinatorState, worker: string): WorkerState {
  if (dmWorkers.find(worker)?.isAlive !== true) return 'offline';
  return dmWorkers.sourceOf(worker) === null ? 'free' : 'bound';
}

/** The sources without a living worker, and how many of these locks wait for each. */
function* absentSources(state: CoordinatorState, found: readonly FoundLock[]): Generator<AbsentSource> {
  const withTables = groupBy(state.sourceTables.values(), ({ task }) => task);
  for (const [task, locks] of groupBy(found, taskOf)) {
    for (const source of sourcesOf(state, task, withTables.get(task) ?? [])) {
      if (workerOf(state, task, source).kind !== 'offline') continue;
      const waiting = locks.filter((lock) => waitsFor(state, lock, source)).length;
      if (waiting > 0) yield { task, source, locks: waiting };
    }
  }
}

function taskOf(found: FoundLock): TaskName {
  return found.mode === 'optimistic' ? found.target.task : found.held.lock.origin.task;
}

function groupBy<K, V>(values: Iterable<V>, keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** Every source of a task, of which nobody said that it is gone. */
function sourcesOf(state: CoordinatorState, task: TaskName, withTables: readonly SourceTablesState[]): Set<SourceId> {
  const { sources, excluded } = taskSourcesOf(state, task);
  const routed = withTables.filter(({ source, tables }) => tables.length > 0 && !excluded.has(source));
  return new Set([...sources, ...routed.map(({ source }) => source)]);
}

function waitsFor(state: CoordinatorState, found: FoundLock, source: SourceId): boolean {
  return found.mode === 'optimistic'
    ? waitsForTables(state, found.target, found.held, source)
    : waitsForSource(found.held, source);
}

function waitsForTables(state: CoordinatorState, target: Target, { lock }: TargetLock, source: SourceId): boolean {
  const tables = state.sourceTables.get(sourceKey(target.task, source))?.tables ?? [];
  return tables.some(
    (entry) => entry.target === target && entry.member !== null && !(entry.member.done && lock.isReady(entry.member)),
  );
}

/** For its report, or, once operations are given out, for what it has to carry out. */
function waitsForSource({ lock }: HeldLock, source: SourceId): boolean {
  const part = lock.participants.get(source);
  if (part === undefined || lock.excluded.has(source)) return false;
  return !part.ready || (lock.moving && !part.done);
}
