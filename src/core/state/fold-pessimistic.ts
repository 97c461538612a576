import { formatLockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { PessimisticLockRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { Change } from '../model/store';
import { readBreakRecord } from '../wire/break-record';
import { readDmSubtask } from '../wire/dm-subtask';
import type { DmShardMode } from '../wire/dm-subtask';
import { readPessimisticInfo } from '../wire/pessimistic-info';
import { readPessimisticOperation } from '../wire/pessimistic-operation';
import type { CoordinatorState } from './coordinator-state';
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
import { restoreLock } from './pessimistic-restore';
import { touchLock, touchSource } from './pessimistic-touch';
import { readPut } from './read-put';

/** What a key of one source of a task names. */
interface OfSource {
  readonly task: TaskName;
  readonly source: SourceId;
}

/** The info of a source was put or deleted. */
export function foldPessimisticInfo(state: CoordinatorState, { task, source }: OfSource, change: Change): void {
  const entry = state.pessimistic.entryOf(task, source);
  const before = entry.info;
  entry.info = null;
  entry.infoRevision = NO_REVISION;
  if (before !== null) leaveLock(state, task, source, before);
  try {
    if (change.kind === 'put') {
      entry.info = readPessimisticInfo(change.value, change.key);
      entry.infoRevision = change.modRevision;
      joinLock(state, entry);
    }
  } finally {
    if (before !== null) endUnstoredLock(state, formatLockId(task, before.target));
    touchSource(state, task, source);
  }
}

/** The operation of a source was put, by the coordinator or as acknowledged by its worker, or deleted. */
export function foldPessimisticOperation(state: CoordinatorState, { task, source }: OfSource, change: Change): void {
  const entry = state.pessimistic.entryOf(task, source);
  const before = entry.operation;
  state.touchedOperations.push({ task, source, table: null });
  entry.operation = null;
  entry.operationRevision = NO_REVISION;
  try {
    if (change.kind === 'put') {
      entry.operation = readPessimisticOperation(change.value, change.key);
      entry.operationRevision = change.modRevision;
      if (!entry.operation.done) entry.putRevision = change.modRevision;
    } else {
      entry.putRevision = NO_REVISION;
    }
  } finally {
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
  const held = isSame ? known : restoreLock(state, record, revision);
  held.told = record;
  held.recordRevision = revision;
  held.lock.unlock = record.unlock;
  touchLock(state, held);
}

/** The mark of a source that is broken out was put or deleted. */
export function foldBreak(state: CoordinatorState, { task, source }: OfSource, change: Change): void {
  const entry = state.pessimistic.entryOf(task, source);
  entry.mark = readPut(state, change, readBreakRecord);
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
    changePessimisticTask(state, task);
  }
}
