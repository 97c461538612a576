import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { PessimisticOperation } from '../model/operation';
import type { ParticipantRecord, PessimisticLockRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { Change } from '../model/store';
import type { Participant } from '../pessimistic/participant';
import { readBreakRecord } from '../wire/break-record';
import { readDdlConflictRecord } from '../wire/ddl-conflict-record';
import { readDmSubtask } from '../wire/dm-subtask';
import type { DmShardMode } from '../wire/dm-subtask';
import { readLockSourcesRecord } from '../wire/lock-sources-record';
import { readParticipantRecord } from '../wire/participant-record';
import { readPessimisticInfo } from '../wire/pessimistic-info';
import { readPessimisticOperation } from '../wire/pessimistic-operation';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './held-lock';
import {
  changePessimisticTask,
  dropConflict,
  endUnstoredLock,
  isBrokenOut,
  joinLock,
  leaveLock,
  rejoinLock,
} from './pessimistic-membership';
import { noteOperation, withdrawOrder } from './pessimistic-operation';
import { noParts, restoreLock } from './pessimistic-restore';
import { touchLock, touchSource } from './pessimistic-touch';
import { readOrReport, readPut } from './read-put';
import { forgetTaskSources } from './task-sources';

/** What a key of one source of a task names. */
interface OfSource {
  readonly task: TaskName;
  readonly source: SourceId;
}

/** What a key of one source of a lock names. */
interface OfLock {
  readonly lockId: LockId;
  readonly source: SourceId;
}

/** The info of a source was put or deleted. */
export function foldPessimisticInfo(state: CoordinatorState, { task, source }: OfSource, change: Change): void {
  const entry = state.pessimistic.entryOf(task, source);
  const before = entry.info;
  state.pessimistic.setInfo(entry, null, NO_REVISION);
  if (before !== null) leaveLock(state, source, before);
  try {
    if (change.kind === 'put') {
      state.pessimistic.setInfo(entry, readPessimisticInfo(change.value, change.key), change.modRevision);
      joinLock(state, entry);
    }
  } finally {
    if (before !== null) endUnstoredLock(state, before.lockId);
    touchSource(state, task, source);
  }
}

/** The operation of a source was put, by the coordinator or as acknowledged by its worker, or deleted. */
export function foldPessimisticOperation(state: CoordinatorState, { task, source }: OfSource, change: Change): void {
  const entry = state.pessimistic.entryOf(task, source);
  const before = entry.operation;
  state.touchedOperations.push({ task, source, table: null });
  let operation: PessimisticOperation | null = null;
  try {
    if (change.kind === 'put') operation = readPessimisticOperation(change.value, change.key);
  } finally {
    state.pessimistic.setOperation(entry, operation, change.modRevision);
    if (before !== null && before.lockId !== entry.operation?.lockId) withdrawOrder(state, source, before);
    if (entry.operation !== null) noteOperation(state, entry, entry.operation, change.modRevision);
    if (before !== null) endUnstoredLock(state, before.lockId);
    touchSource(state, task, source);
  }
}

/** The record of a pessimistic lock was put: it says what the journal has told, and which unlock runs. */
export function foldPessimisticLock(state: CoordinatorState, record: PessimisticLockRecord, revision: Revision): void {
  const known = state.pessimistic.locks.get(record.lockId);
  // A leader that recovered may have rebuilt a lock otherwise than who saw it being made: its record decides.
  const isSame = known?.lock.origin.incarnation === record.incarnation && known.lock.owner === record.owner;
  const held = isSame ? known : restoreLock(state, { record, revision }, noParts());
  held.told = record;
  held.recordRevision = revision;
  held.progressAtMs = Math.max(held.progressAtMs, record.progressAtMs);
  held.lock.executed ||= record.executed;
  held.lock.unlock = record.unlock;
  touchLock(state, held);
}

/** The record of a lock's sources was put or deleted. */
export function foldLockSources(state: CoordinatorState, lockId: LockId, change: Change): void {
  const record = readOrReport(state, change, readLockSourcesRecord);
  const held = state.pessimistic.locks.get(lockId);
  if (held?.told == null) return;
  const { lock } = held;
  held.sourcesRevision = record === null ? NO_REVISION : change.modRevision;
  lock.addSources(record?.sources ?? []);
  const named = new Set(record?.sources);
  const isNamed = ({ source, recordRevision }: Readonly<Participant>): boolean =>
    named.has(source) || recordRevision !== NO_REVISION || lock.news.has(source);
  held.hasNewSources = ![...lock.participants.values()].every(isNamed);
  touchLock(state, held);
}

/** The record of a source of a lock was put or deleted. */
export function foldParticipant(state: CoordinatorState, { lockId, source }: OfLock, change: Change): void {
  const record = readPut(state, change, readParticipantRecord);
  const held = state.pessimistic.locks.get(lockId);
  if (held?.told == null) return;
  const { lock } = held;
  if (record === null) {
    lock.loseRecord(source);
  } else {
    lock.takeRecord(source, record, change.modRevision);
    held.progressAtMs = Math.max(held.progressAtMs, record.atMs);
    recallOrder(state, held, source, record);
  }
  touchSource(state, lock.origin.task, source);
}

/** The record of a source's other DDLs was put or deleted. */
export function foldDdlConflict(state: CoordinatorState, { lockId, source }: OfLock, change: Change): void {
  const record = readPut(state, change, readDdlConflictRecord);
  const held = state.pessimistic.locks.get(lockId);
  if (held?.told == null) return;
  held.lock.tellConflict(source, record === null ? null : { ...record, recordRevision: change.modRevision });
  touchLock(state, held);
}

/** A lock that was rebuilt as its record says has yet to learn what its sources were told. */
function recallOrder(
  state: CoordinatorState,
  { lock }: HeldLock,
  source: SourceId,
  { order }: ParticipantRecord,
): void {
  const { id, task } = lock.origin;
  const entry = state.pessimistic.find(task, source);
  if (order === null || lock.participants.get(source)?.order !== null) return;
  if (entry?.operation?.lockId !== id || entry.operation.done) return;
  noteOperation(state, entry, entry.operation, entry.operationRevision);
}

/** The mark of a source that is broken out was put or deleted. */
export function foldBreak(state: CoordinatorState, { task, source }: OfSource, change: Change): void {
  const entry = state.pessimistic.entryOf(task, source);
  entry.mark = readOrReport(state, change, readBreakRecord);
  entry.markRevision = entry.mark === null ? NO_REVISION : change.modRevision;
  if (entry.mark === null) rejoinLock(state, entry);
  else if (isBrokenOut(entry)) dropConflict(state, entry);
  touchSource(state, task, source);
}

/** DM's configuration of a task on a source was put or deleted. */
export function foldSubtask(state: CoordinatorState, { task, source }: OfSource, change: Change): void {
  const subtasks = state.pessimistic.subtasks.get(task) ?? new Map<SourceId, DmShardMode>();
  subtasks.delete(source);
  try {
    if (change.kind === 'put') subtasks.set(source, readDmSubtask(change.value, change.key).shardMode);
  } finally {
    if (subtasks.size === 0) state.pessimistic.subtasks.delete(task);
    else state.pessimistic.subtasks.set(task, subtasks);
    forgetTaskSources(state, task);
    changePessimisticTask(state, task);
  }
}
