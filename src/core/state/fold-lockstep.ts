import { unreachable } from '../model/invariant';
import { formatLockId, parseLockId } from '../model/lock-id';
import type { LockId } from '../model/lock-id';
import type { TaskName, UpstreamTable } from '../model/names';
import type { DecisionRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import { sourceKey, tableKey } from '../model/table-key';
import type { Change } from '../model/store';
import { readDecisionRecord } from '../wire/decision-record';
import { readInitialSchemaRecord } from '../wire/initial-schema-record';
import { readJournalRecord } from '../wire/journal-record';
import { readLockRecord } from '../wire/lock-record';
import type { LockstepKey } from '../wire/lockstep-keys';
import { readSettledRecord } from '../wire/settled-record';
import type { CoordinatorState } from './coordinator-state';
import { foldAction } from './fold-action';
import { foldJournalEvent } from './fold-journal';
import { foldLeader, foldMember } from './fold-member';
import {
  foldAttempt,
  foldFailure,
  foldPessimisticRoutes,
  foldSession,
  foldSourceAttempt,
  foldStatus,
  foldTask,
} from './fold-task';
import { foldBreak, foldDdlConflict, foldLockSources, foldParticipant, foldPessimisticLock } from './fold-pessimistic';
import { foldDownstream } from './downstream-tasks';
import { endOptimisticLock } from './optimistic-end';
import { dropUnknown, dropUntold, settleLeaving } from './optimistic-leaving';
import { placeUnreported, settleLock } from './optimistic-membership';
import { settleRedirect } from './optimistic-redirect';
import { changePessimisticTask, endPessimisticLock } from './pessimistic-membership';
import { touchSource } from './pessimistic-touch';
import { lacksSchema } from './optimistic-schemas';
import { placeReleased } from './optimistic-release';
import { readPut } from './read-put';
import type { TableEntry } from './table-entry';

/** One of this project's own records was put or deleted. */
export function foldLockstepChange(state: CoordinatorState, key: LockstepKey, change: Change): void {
  switch (key.kind) {
    case 'lock':
      return foldLock(state, key.lockId, change);
    case 'lock-sources':
      return foldLockSources(state, key.lockId, change);
    case 'participant':
      return foldParticipant(state, key, change);
    case 'ddl-conflict':
      return foldDdlConflict(state, key, change);
    case 'decision':
      return foldDecision(state, key, change);
    case 'initial-schema':
      return foldInitialSchema(state, key.task, key.table, change);
    case 'agreed-schema':
      return foldAgreedSchema(state, formatLockId(key.task, key.target), change);
    case 'journal':
      return foldJournal(state, key.sequence, change);
    case 'task':
      foldTask(state, key.task, change);
      return changePessimisticTask(state, key.task);
    case 'downstream':
      return foldDownstream(state, key.task, change);
    case 'session':
      return foldSession(state, key, change);
    case 'attempt':
      return foldAttempt(state, key, change);
    case 'source-attempt':
      return foldSourceAttempt(state, key, change);
    case 'failure':
      return foldFailure(state, tableKey(key.task, key.table), change);
    case 'source-failure':
      foldFailure(state, sourceKey(key.task, key.source), change);
      return touchSource(state, key.task, key.source);
    case 'status':
      return foldStatus(state, key, change);
    case 'action':
      return foldAction(state, key.id, change);
    case 'source-tables':
      return foldPessimisticRoutes(state, key, change);
    case 'break':
      return foldBreak(state, key, change);
    case 'leader':
      // Another leader has come, whether or not its record can be read.
      if (change.kind === 'put') dropUnknown(state);
      return foldLeader(state, change);
    case 'member':
      return foldMember(state, key.id, change);
    case 'settled':
      return foldSettled(state, change);
    default:
      return unreachable(key);
  }
}

/** Everything was written up to some revision: a start begins there. */
function foldSettled(state: CoordinatorState, change: Change): void {
  state.settledRecord = readPut(state, change, readSettledRecord)?.revision ?? NO_REVISION;
  state.outbox.settle({ kind: 'record-settled' });
}

function foldLock(state: CoordinatorState, lockId: LockId, change: Change): void {
  if (change.kind === 'delete') {
    endLock(state, lockId);
    return endPessimisticLock(state, lockId);
  }
  const record = readPut(state, change, readLockRecord);
  if (record === null) return;
  if (record.mode === 'pessimistic') return foldPessimisticLock(state, record, change.modRevision);
  const held = state.targets.get(lockId)?.lock;
  // Its tables left while the record was on its way.
  if (held == null) return state.outbox.ask({ kind: 'remove-remains', lockId });
  if (held.lock.origin.incarnation !== record.incarnation) return;
  held.recorded = true;
  held.createdAtMs = record.createdAtMs;
  held.toldSynced = record.synced;
  held.lock.startFrom(state.caches.schemas.read(record.initial).shape);
  state.outbox.settle({ kind: 'record-lock', lockId });
  state.outbox.settle({ kind: 'remove-remains', lockId });
  const target = state.targets.get(lockId);
  if (target !== undefined) settleLock(state, target);
}

/** What was stored of the lock is deleted. An info that came meanwhile makes a new one. */
function endLock(state: CoordinatorState, lockId: LockId): void {
  const target = state.targets.get(lockId);
  state.outbox.settle({ kind: 'remove-optimistic-lock', lockId });
  state.outbox.settle({ kind: 'remove-remains', lockId });
  dropUntold(state, lockId);
  // The deletion of a former lock of the same ID doesn't concern one that isn't recorded yet.
  if (target?.lock?.recorded !== true) return;
  endOptimisticLock(state, target);
}

function foldDecision(state: CoordinatorState, key: { lockId: LockId; table: UpstreamTable }, change: Change): void {
  const task = state.targets.get(key.lockId)?.task ?? parseLockId(key.lockId).task;
  const entry = state.entryOf(task, key.table);
  const record = readPut(state, change, readDecisionRecord);
  const revision = record === null ? NO_REVISION : change.modRevision;
  if (entry.target?.lockId !== key.lockId) return foldFormerDecision(state, entry, key.lockId, revision);
  const former = state.leaving.formerLock(entry.key, key.lockId);
  if (former !== undefined)
    state.leaving.setFormerLock(entry.key, key.lockId, { ...former, decisionRevision: NO_REVISION });
  entry.decisionRevision = revision;
  entry.decidedRevision = record?.infoRevision ?? NO_REVISION;
  entry.decidedAtMs = record?.atMs ?? null;
  if (former !== undefined) settleLeaving(state, entry);
  if (record === null) return;
  entry.putRevision = record.operationRevision ?? change.modRevision;
  const held = entry.target.lock;
  if (held !== null) held.progressAtMs = Math.max(held.progressAtMs ?? 0, record.atMs);
  if (record.by === 'unlock' && record.infoRevision === entry.infoRevision)
    placeReleased(state, entry, (shape) => shape.fingerprint === record.normal);
  settleOwed(state, entry, record.by);
}

/** A record of a lock that the table isn't in only has to go. */
function foldFormerDecision(state: CoordinatorState, entry: TableEntry, lockId: LockId, revision: Revision): void {
  const former = state.leaving.formerLock(entry.key, lockId);
  if (former !== undefined) state.leaving.setFormerLock(entry.key, lockId, { ...former, decisionRevision: revision });
  settleLeaving(state, entry);
}

/** What the stored record fulfils. */
function settleOwed(state: CoordinatorState, entry: TableEntry, by: DecisionRecord['by']): void {
  const { outbox } = state;
  const table = entry.key;
  outbox.settle({ kind: 'record-member', table });
  if (by === 'redirect') settleRedirect(state, table);
  // Whatever made the record, it tells what the table had carried out.
  outbox.settle({ kind: 'record-done', table });
  state.finished.delete(table);
  if (!entry.isAnswered) return;
  state.answers.delete(table);
  outbox.settle({ kind: 'answer', table });
  if (state.redirecting.has(table)) outbox.ask({ kind: 'redirect', table });
}

function foldInitialSchema(state: CoordinatorState, task: TaskName, table: UpstreamTable, change: Change): void {
  const record = readPut(state, change, readInitialSchemaRecord);
  const entry = state.entryOf(task, table);
  const isWanted = lacksSchema(state, entry);
  entry.initial = record === null ? null : state.caches.schemas.read(record.schema).shape;
  entry.isRegistered = record?.isRegistered === true;
  state.downstream.found.delete(entry.key);
  state.outbox.settle({ kind: 'know-schema', table: entry.key });
  settleLeaving(state, entry);
  if (record !== null) placeUnreported(state, entry);
  if (!isWanted || entry.initial === null || entry.member === null || entry.target?.lock == null) return;
  // It was in its lock already, with the schema with which that began.
  entry.target.lock.lock.place(entry.member, entry.initial, null);
  settleLock(state, entry.target);
}

function foldAgreedSchema(state: CoordinatorState, lockId: LockId, change: Change): void {
  const record = readPut(state, change, readInitialSchemaRecord);
  if (record === null) state.agreedSchemas.delete(lockId);
  else state.agreedSchemas.set(lockId, state.caches.schemas.read(record.schema).shape);
}

function foldJournal(state: CoordinatorState, sequence: number, change: Change): void {
  const record = readPut(state, change, readJournalRecord);
  if (record === null) return state.journal.remove(sequence);
  const { atMs, events } = record;
  const revision = change.modRevision;
  state.journal.add({ sequence, revision, atMs });
  for (const [index, event] of events.entries()) {
    foldJournalEvent(state, event);
    state.past.take(event, atMs);
    state.published.push({ cursor: { revision, index }, atMs, event });
  }
}
