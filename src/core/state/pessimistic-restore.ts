import type { PessimisticLockRecord } from '../model/records';
import type { Revision } from '../model/revision';
import { PessimisticLock } from '../pessimistic/lock';
import type { CoordinatorState } from './coordinator-state';
import { holdLock, joinLock } from './pessimistic-membership';
import { noteOperation } from './pessimistic-operation';
import type { HeldLock, SourceEntry } from './pessimistic-state';

/**
 * The lock that a record tells of, brought up to date with what is stored of its sources (deviation P4): infos that are
 * newer, operations that were acknowledged meanwhile.
 */
export function restoreLock(state: CoordinatorState, record: PessimisticLockRecord, revision: Revision): HeldLock {
  const { lockId: id, task, target, incarnation, ddls, owner } = record;
  const lock = new PessimisticLock({ id, task, target, incarnation, ddls }, owner);
  lock.declared = record.declared;
  lock.executed = record.executed;
  lock.unlock = record.unlock;
  for (const source of record.sources) {
    const participant = lock.participantOf(source.source);
    participant.ready = source.ready;
    participant.done = source.done;
    participant.order = source.order;
    participant.orderRevision = source.orderRevision ?? revision;
    participant.infoRevision = source.infoRevision;
    const entry = state.pessimistic.entryOf(task, source.source);
    if (entry.operation?.lockId === id && entry.operation.done) entry.putRevision = participant.orderRevision;
    state.pessimistic.dropIfForgotten(entry);
  }
  const held = holdLock(state, lock);
  held.told = record;
  held.recordRevision = revision;
  const entries = [...state.pessimistic.entriesOf(task)];
  for (const entry of entries) restoreOperation(state, lock, entry);
  for (const entry of entries
    .filter(({ infoLockId }) => infoLockId === id)
    .sort((a, b) => a.infoRevision - b.infoRevision)) {
    restoreInfo(state, held, entry);
  }
  return held;
}

/** What the stored operation says beyond the record. Nobody but the source itself can have finished what it was told. */
function restoreOperation(
  state: CoordinatorState,
  { origin, participants }: PessimisticLock,
  entry: SourceEntry,
): void {
  const { source, operation, operationRevision } = entry;
  if (operation?.lockId === origin.id) return noteOperation(state, entry, operation, operationRevision);
  const participant = participants.get(source);
  if (participant !== undefined) participant.order = null;
}

function restoreInfo(state: CoordinatorState, { lock }: HeldLock, entry: SourceEntry): void {
  const participant = lock.participants.get(entry.source);
  if (participant === undefined || participant.infoRevision !== entry.infoRevision) return joinLock(state, entry);
  participant.waiting = true;
}
