import type { SourceId } from '../model/names';
import type { PessimisticOperation } from '../model/operation';
import type { Revision } from '../model/revision';
import { sameDdls } from '../pessimistic/ddl-lists';
import type { CoordinatorState } from './coordinator-state';
import type { SourceEntry } from './source-entry';

/** What an operation that is stored now means for its lock: an order, or an acknowledgement of one. */
export function noteOperation(
  state: CoordinatorState,
  entry: SourceEntry,
  operation: PessimisticOperation,
  revision: Revision,
): void {
  const { source, mark } = entry;
  const order = operation.exec ? 'exec' : 'skip';
  const lock = state.pessimistic.locks.get(operation.lockId)?.lock;
  const isOfLock = lock?.matches(operation.ddls ?? []) === true && revision >= lock.origin.incarnation;
  if (mark !== null && isOfMark(entry, operation)) {
    if (operation.done && isOfLock) lock.breakOut(source, order);
    return;
  }
  if (!isOfLock) return;
  if (operation.done) {
    const counts = lock.acknowledge(source, order);
    // A repetition says nothing new, and is no error.
    if (!counts && lock.participants.get(source)?.done !== true) state.ignoredAcknowledgements.push(entry.task);
    return;
  }
  lock.takeOrder(source, order, revision);
}

/** Whether an operation is the one by which a person breaks the source out. */
export function isOfMark({ mark }: SourceEntry, { lockId, ddls, exec }: PessimisticOperation): boolean {
  return mark !== null && mark.lockId === lockId && mark.exec === exec && sameDdls(mark.ddls, ddls ?? []);
}

/** An operation of `source` is gone, or another lock's has come in its place: what it ordered isn't ordered any more. */
export function withdrawOrder(state: CoordinatorState, source: SourceId, { lockId }: PessimisticOperation): void {
  state.pessimistic.locks.get(lockId)?.lock.withdrawOrder(source);
}
