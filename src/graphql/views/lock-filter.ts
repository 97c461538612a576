import { formingLocks, formingSinceMs } from '../../core/diagnosis/forming';
import { optimisticState, pessimisticState } from '../../core/diagnosis/lock-state';
import type { FoundLock } from '../../core/diagnosis/scope';
import type { ConflictStage } from '../../core/model/conflict-stage';
import type { LockId } from '../../core/model/lock-id';
import type { LockState } from '../../core/model/lock-state';
import type { SourceId, TaskName } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { Target } from '../../core/state/table-entry';
import type { TargetLock } from '../../core/state/target';
import { grouped, onceARevision } from '../../core/state/once-a-revision';
import type { LockOrder } from '../diagnosis-enums';
import { tablesOfSource, tablesToAsk } from './asked-tables';

/** Which locks are listed; null: whatever it is. */
export interface LockFilter {
  readonly task: TaskName | null;
  /** One of these takes part. */
  readonly sources: ReadonlySet<SourceId> | null;
  readonly mode: Mode | null;
  readonly states: ReadonlySet<LockState> | null;
  /** A table is in one of these stages. */
  readonly conflictStages: ReadonlySet<ConflictStage> | null;
  /** Its last progress was before this, in milliseconds. */
  readonly progressBeforeMs: number | null;
}

/** Every lock. */
export const ANY_LOCK: LockFilter = {
  task: null,
  sources: null,
  mode: null,
  states: null,
  conflictStages: null,
  progressBeforeMs: null,
};

/** A lock of a list, with what orders it. */
export interface ListedLock {
  readonly id: LockId;
  /** Unique; locks are ordered by it. */
  readonly key: string;
}

/** What is asked of a lock that is forming, or is there. */
type Candidate = FoundLock | { readonly mode: 'forming'; readonly lockId: LockId };

const targetsByTask = onceARevision((state) =>
  grouped([...state.targets.values()].map((target) => [target.task, target] as const)),
);

/** The locks that match a filter; nothing walks over a lock's tables unless the filter asks for what they say. */
export function* listLocks(state: CoordinatorState, filter: LockFilter, order: LockOrder): Generator<ListedLock> {
  const { task, mode } = filter;
  if (mode !== 'pessimistic') {
    for (const target of task === null ? state.targets.values() : (targetsByTask(state).get(task) ?? [])) {
      const held = target.lock;
      if (held === null) continue;
      if (matchesOptimistic(state, filter, target, held))
        yield listed(state, { mode: 'optimistic', target, held }, order);
    }
  }
  if (mode === 'optimistic') return;
  yield* listPessimistic(state, filter, order);
}

function* listPessimistic(state: CoordinatorState, filter: LockFilter, order: LockOrder): Generator<ListedLock> {
  const { task, sources, states, conflictStages, progressBeforeMs } = filter;
  // Conflicts of pessimistic locks have no stages.
  if (conflictStages !== null) return;
  const isOld = (ms: number | null): boolean => progressBeforeMs === null || (ms !== null && ms < progressBeforeMs);
  const locks = task === null ? state.pessimistic.locks.values() : state.pessimistic.locksOf(task);
  for (const held of locks) {
    const { lock, lastProgressMs } = held;
    if (!isOld(lastProgressMs) || states?.has(pessimisticState(lock)) === false) continue;
    if (sources === null || some(lock.participants.keys(), (source) => sources.has(source)))
      yield listed(state, { mode: 'pessimistic', held }, order);
  }
  if (states?.has('forming') === false) return;
  for (const forming of formingLocks(state).values()) {
    if ((task !== null && forming.task !== task) || !isOld(formingSinceMs(forming))) continue;
    if (sources === null || forming.parts.some(({ source }) => sources.has(source)))
      yield listed(state, { mode: 'forming', lockId: forming.lockId }, order);
  }
}

function matchesOptimistic(state: CoordinatorState, filter: LockFilter, target: Target, held: TargetLock): boolean {
  const { sources, states, conflictStages, progressBeforeMs } = filter;
  if (progressBeforeMs !== null && (held.progressAtMs === null || held.progressAtMs >= progressBeforeMs)) return false;
  if (states !== null && !states.has(optimisticState(target, held))) return false;
  if (sources !== null && !some(sources, (source) => tablesOfSource(state, target, source).length > 0)) return false;
  return (
    conflictStages === null ||
    some(tablesToAsk(state, target, { source: null, conflictStages }), ({ operation }) =>
      operation === null ? false : conflictStages.has(operation.stage),
    )
  );
}

function some<T>(items: Iterable<T>, isTrue: (item: T) => boolean): boolean {
  for (const item of items) if (isTrue(item)) return true;
  return false;
}

function listed(state: CoordinatorState, candidate: Candidate, order: LockOrder): ListedLock {
  const id = idOf(candidate);
  switch (order) {
    case 'id':
      return { id, key: id };
    case 'oldest-progress':
      return { id, key: `${digits(progressOf(state, candidate))} ${id}` };
    case 'newest':
      return { id, key: `${digits(Number.MAX_SAFE_INTEGER - createdOf(candidate))} ${id}` };
  }
}

function idOf(candidate: Candidate): LockId {
  switch (candidate.mode) {
    case 'optimistic':
      return candidate.target.lockId;
    case 'pessimistic':
      return candidate.held.lock.origin.id;
    case 'forming':
      return candidate.lockId;
  }
}

/** What isn't recorded yet has only just begun. */
function progressOf(state: CoordinatorState, candidate: Candidate): number {
  switch (candidate.mode) {
    case 'optimistic':
      return candidate.held.progressAtMs ?? Number.MAX_SAFE_INTEGER;
    case 'pessimistic':
      return candidate.held.lastProgressMs ?? Number.MAX_SAFE_INTEGER;
    case 'forming': {
      const forming = formingLocks(state).get(candidate.lockId);
      return forming === undefined ? 0 : formingSinceMs(forming);
    }
  }
}

/** What is only forming is the newest of all. */
function createdOf(candidate: Candidate): number {
  return candidate.mode === 'forming' ? Number.MAX_SAFE_INTEGER : candidate.held.lock.origin.incarnation;
}

/** Texts of one length are ordered like their numbers. */
function digits(value: number): string {
  return String(value).padStart(16, '0');
}
