import type { SourceId } from '../model/names';
import type { LockSourcesRecord, ParticipantRecord, PessimisticLockRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { ToldConflict } from '../pessimistic/conflicts';
import { PessimisticLock } from '../pessimistic/lock';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './held-lock';
import { declareLock, holdLock, joinLock } from './pessimistic-membership';
import { noteOperation } from './pessimistic-operation';
import { touchSource } from './pessimistic-touch';
import type { SourceEntry } from './source-entry';

/** A record as it is stored. */
export interface Stored<T> {
  readonly record: T;
  readonly revision: Revision;
}

/** What is stored of a lock beside its own record. */
export interface StoredParts {
  sources: Stored<LockSourcesRecord> | null;
  readonly participants: Map<SourceId, Stored<ParticipantRecord>>;
  readonly conflicts: Map<SourceId, ToldConflict>;
}

/** What is stored of a lock beside its own record, when nothing is. */
export function noParts(): StoredParts {
  return { sources: null, participants: new Map(), conflicts: new Map() };
}

/**
 * The lock that records tell of, brought up to date with what is stored of its sources (deviation P4): infos that are
 * newer, operations that were acknowledged meanwhile.
 */
export function restoreLock(
  state: CoordinatorState,
  { record, revision }: Stored<PessimisticLockRecord>,
  parts: StoredParts,
): HeldLock {
  const { lockId: id, task, target, incarnation, ddls, owner } = record;
  const lock = new PessimisticLock({ id, task, target, incarnation, ddls }, owner);
  lock.declared = record.declared;
  lock.executed = record.executed;
  lock.unlock = record.unlock;
  const held = holdLock(state, lock);
  held.told = record;
  held.recordRevision = revision;
  held.progressAtMs = record.progressAtMs;
  restoreParts(state, held, parts);
  for (const entry of [...state.pessimistic.operationsOf(id)]) restoreOperation(state, held, entry);
  const reported = [...state.pessimistic.entriesOf(task)].filter(({ infoLockId }) => infoLockId === id);
  for (const entry of reported.sort((a, b) => a.infoRevision - b.infoRevision)) restoreInfo(state, held, entry);
  declareLock(state, held);
  // What was found out about its orders, and other locks' of the same sources, while it was incomplete isn't true.
  held.basis = null;
  for (const { source } of [...state.pessimistic.operationsOf(id)]) touchSource(state, task, source);
  return held;
}

function restoreParts(state: CoordinatorState, held: HeldLock, parts: StoredParts): void {
  const { lock } = held;
  const { id, task, incarnation } = lock.origin;
  if (parts.sources !== null) {
    lock.addSources(parts.sources.record.sources);
    held.sourcesRevision = parts.sources.revision;
  }
  for (const [source, { record, revision }] of parts.participants) {
    // One that is older than the lock was left behind by nobody knows whom.
    if (revision < incarnation) continue;
    lock.takeRecord(source, record, revision);
    held.progressAtMs = Math.max(held.progressAtMs, record.atMs);
    const isStored = state.pessimistic.find(task, source)?.operation?.lockId === id;
    if (record.order !== null && isStored) lock.takeOrder(source, record.order, record.orderRevision ?? revision);
  }
  for (const [source, told] of parts.conflicts) if (told.recordRevision >= incarnation) lock.tellConflict(source, told);
}

/** What the stored operation says beyond the records. Nobody but the source itself can have finished what it was told. */
function restoreOperation(state: CoordinatorState, { lock }: HeldLock, entry: SourceEntry): void {
  const { source, operation, operationRevision } = entry;
  if (operation === null) return;
  const putRevision = lock.participants.get(source)?.orderRevision ?? NO_REVISION;
  if (operation.done && putRevision !== NO_REVISION) entry.putRevision = putRevision;
  noteOperation(state, entry, operation, operationRevision);
}

function restoreInfo(state: CoordinatorState, { lock }: HeldLock, entry: SourceEntry): void {
  const participant = lock.participants.get(entry.source);
  if (participant === undefined || participant.infoRevision !== entry.infoRevision) return joinLock(state, entry);
  lock.resumeWaiting(entry.source);
}
