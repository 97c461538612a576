import type { LockId } from '../model/lock-id';
import type { SourceId } from '../model/names';
import type { PessimisticOrder } from '../model/records';
import type { PessimisticLock } from '../pessimistic/lock';
import type { CoordinatorState } from './coordinator-state';
import type { DueBasis, HeldLock } from './held-lock';

/**
 * Find out anew what of a lock's orders isn't stored yet, after `source` has changed (null: perhaps nobody). All its
 * sources are looked at only if what decides of all of them has changed: it becomes synced, somebody has executed, an
 * unlock begins or ends.
 */
export function reviewOrders(state: CoordinatorState, held: HeldLock, source: SourceId | null): void {
  const { lock, basis } = held;
  const { moving, skips, unlock, excluded, executor } = lock;
  const isBasisSame =
    basis?.moving === moving && basis.skips === skips && basis.unlock === unlock && basis.excluded === excluded;
  held.basis = isBasisSame && basis.executor === executor ? basis : { moving, skips, unlock, excluded, executor };
  if (!isBasisSame) return reviewAll(state, held, executor);
  for (const each of new Set([source, basis.executor, executor])) if (each !== null) review(state, held, each);
}

/** Before somebody has executed only the executor can be told anything. */
function reviewAll(state: CoordinatorState, held: HeldLock, executor: DueBasis['executor']): void {
  held.untold.clear();
  held.blocked.clear();
  const candidates = held.lock.skips ? held.lock.open() : executor === null ? [] : [executor];
  for (const source of candidates) review(state, held, source);
}

function review(state: CoordinatorState, held: HeldLock, source: SourceId): void {
  held.untold.delete(source);
  held.blocked.delete(source);
  const order = held.lock.orderDueTo(source);
  if (order === null || isTold(state, held.lock, source, order)) return;
  if (otherLockOf(state, held.lock, source) === null) held.untold.add(source);
  else held.blocked.add(source);
}

/**
 * The other lock whose operation `source` has, so that this lock's must wait until that one is acknowledged (deviation P6);
 * also while a person breaks the source out. Null: none. An operation whose acknowledgement stands in its own lock's records
 * is no hindrance: two locks that each wait for the other's clean-up would never end.
 */
export function otherLockOf(state: CoordinatorState, lock: PessimisticLock, source: SourceId): LockId | null {
  const entry = state.pessimistic.find(lock.origin.task, source);
  if (entry?.mark != null) return entry.mark.lockId;
  if (entry?.operation == null || entry.operation.lockId === lock.origin.id) return null;
  const { operation, operationRevision, info, infoRevision } = entry;
  const other = state.pessimistic.locks.get(operation.lockId);
  if (operation.done) return other === undefined || isToldDone(other.lock, source) ? null : operation.lockId;
  // Of an operation that belongs to no lock: its worker can still carry it out if it came after what it reported.
  const isAwaited = info !== null && operationRevision > infoRevision;
  return isAwaited || other !== undefined ? operation.lockId : null;
}

/** Whether the record of `source` says that it has done its part. */
function isToldDone(lock: PessimisticLock, source: SourceId): boolean {
  return (lock.news.get(source) ?? lock.participants.get(source))?.done === true;
}

/**
 * Whether the stored operation is this order. One that is older than the source's info doesn't count: the worker that sent
 * that info looks only for operations that come after it.
 */
function isTold(state: CoordinatorState, lock: PessimisticLock, source: SourceId, order: PessimisticOrder): boolean {
  const { operation, operationRevision } = state.pessimistic.find(lock.origin.task, source) ?? {};
  if (operation == null || operationRevision === undefined || operation.done || operation.lockId !== lock.origin.id)
    return false;
  if ((operation.exec ? 'exec' : 'skip') !== order || !isSameList(lock.origin.ddls, operation.ddls ?? [])) return false;
  return (
    operationRevision >= lock.origin.incarnation &&
    operationRevision > (lock.participants.get(source)?.infoRevision ?? 0)
  );
}

/** The order counts too: what is stored must be what would be put. */
function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((ddl, index) => ddl === b[index]));
}
