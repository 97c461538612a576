import type { LockEvent } from '../model/lock-event';
import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { PessimisticOrder } from '../model/records';
import type { CoordinatorState } from '../state/coordinator-state';
import type { HeldLock } from '../state/held-lock';
import { endAndRejoin } from '../state/pessimistic-membership';
import { describeConflict, ofLock, whole } from '../state/pessimistic-events';
import type { DmKey } from '../wire/dm-keys';
import { orderDifferenceOf } from './divergence';
import { BY_DMCTL } from './observe-optimistic';

/** The locks that a source has anything to do with, before a change. */
export interface SourceBefore {
  readonly locks: ReadonlyMap<LockId, HeldLock>;
  /** Whether each of them was resolved, and synced. */
  readonly resolved: ReadonlySet<LockId>;
  readonly synced: ReadonlySet<LockId>;
  /** Those of which operations were stored. */
  readonly operated: ReadonlySet<LockId>;
  /** What was due to the source in each of them. */
  readonly due: ReadonlyMap<LockId, PessimisticOrder | null>;
}

/** What a change of a source's keys will be compared with. */
export function sourceBefore(state: CoordinatorState, task: TaskName, source: SourceId): SourceBefore {
  const locks = [...state.pessimistic.locksOf(task)];
  const idsOf = (isSo: (held: HeldLock) => boolean): Set<LockId> =>
    new Set(locks.filter(isSo).map(({ lock }) => lock.origin.id));
  return {
    locks: new Map(locks.map((held) => [held.lock.origin.id, held])),
    resolved: idsOf(({ lock }) => lock.resolved),
    synced: idsOf(({ lock }) => lock.synced),
    operated: idsOf(({ lock }) => state.pessimistic.operationsOf(lock.origin.id).size > 0),
    due: new Map(locks.map(({ lock }) => [lock.origin.id, lock.orderDueTo(source)])),
  };
}

/**
 * A resolved lock whose operations DM has deleted has ended, though an info of its ID be there: that was reported for the
 * next one, or has other DDLs.
 */
export function endResolved(state: CoordinatorState, { locks, resolved, operated }: SourceBefore): void {
  for (const [id, held] of locks) {
    if (!resolved.has(id) || !operated.has(id) || state.pessimistic.operationsOf(id).size > 0) continue;
    if (state.pessimistic.locks.get(id) === held) endAndRejoin(state, held);
  }
}

/** What a change of the info or the operation of a source let happen. */
export function sourceEvents(
  state: CoordinatorState,
  { kind, task, source }: Extract<DmKey, { kind: 'pessimistic-info' | 'pessimistic-operation' }>,
  before: SourceBefore,
  nowMs: number,
): LockEvent[] {
  const isReport = kind === 'pessimistic-info';
  return [
    ...(isReport ? reported(state, task, source, nowMs) : told(state, task, source, before, nowMs)),
    ...synced(state, task, before),
    ...ended(state, before),
  ];
}

function reported(state: CoordinatorState, task: TaskName, source: SourceId, nowMs: number): LockEvent[] {
  const { info, infoRevision } = state.pessimistic.find(task, source) ?? {};
  if (info == null || infoRevision !== state.revision) return [];
  const held = state.pessimistic.locks.get(info.lockId);
  if (held === undefined) return [];
  const { lock } = held;
  const { ddls } = info;
  const isNew = held.observedAtMs === null && lock.origin.incarnation === infoRevision;
  if (isNew) held.observedAtMs = nowMs;
  held.progressAtMs = nowMs;
  const events: LockEvent[] = isNew ? [{ ...ofLock(lock), kind: 'LockCreated', by: whole(source), ddls }] : [];
  const of = { ...ofLock(lock), participant: whole(source), ddls };
  events.push(
    lock.conflicts.has(source)
      ? { ...of, kind: 'ConflictDetected', code: 'SHARDING_DDLS_DIFFER', message: describeConflict(lock, source, ddls) }
      : { ...of, kind: 'InfoReceived', infoRevision },
  );
  return events;
}

function told(
  state: CoordinatorState,
  task: TaskName,
  source: SourceId,
  { due }: SourceBefore,
  nowMs: number,
): LockEvent[] {
  const { operation, operationRevision } = state.pessimistic.find(task, source) ?? {};
  if (operation == null || operationRevision !== state.revision) return [];
  const held = state.pessimistic.locks.get(operation.lockId);
  if (held === undefined) return [];
  const { lock } = held;
  held.progressAtMs = nowMs;
  const of = { ...ofLock(lock), participant: whole(source) };
  if (operation.done) return [{ ...of, kind: 'OperationDone' }];
  const { exec, ddls } = operation;
  const message = orderDifferenceOf(due.get(lock.origin.id) ?? null, operation);
  if (message !== null) state.divergences += 1;
  const { id: lockId } = lock.origin;
  return [
    { ...of, kind: 'OperationPut', ddls: ddls ?? [], exec, stage: null, message: '' },
    ...(message === null ? [] : [{ kind: 'Divergence', task, lockId, participant: whole(source), message } as const]),
  ];
}

function synced(state: CoordinatorState, task: TaskName, before: SourceBefore): LockEvent[] {
  return [...state.pessimistic.locksOf(task)]
    .filter(({ lock }) => lock.synced && !before.synced.has(lock.origin.id))
    .map(({ lock }) => ({ ...ofLock(lock), kind: 'LockSynced' }));
}

/** Locks of which nothing is stored any more: who hadn't done his part then was let go by a person. */
function ended(state: CoordinatorState, { locks, resolved }: SourceBefore): LockEvent[] {
  return [...locks].flatMap(([id, { lock }]): LockEvent[] => {
    if (state.pessimistic.locks.get(id)?.lock === lock) return [];
    if (resolved.has(id)) return [{ ...ofLock(lock), kind: 'LockResolved' }];
    const participants = lock.active.filter(({ done }) => !done).map((part) => whole(part.source));
    return [{ ...ofLock(lock), kind: 'LockUnlocked', actionId: BY_DMCTL, participants }];
  });
}
