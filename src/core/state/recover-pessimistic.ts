import type { LockId } from '../model/lock-id';
import type { TaskName } from '../model/names';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import { sameDdls } from '../pessimistic/ddl-lists';
import type { PessimisticLock } from '../pessimistic/lock';
import { readDdlConflictRecord } from '../wire/ddl-conflict-record';
import { readLockRecord } from '../wire/lock-record';
import { readLockSourcesRecord } from '../wire/lock-sources-record';
import { readParticipantRecord } from '../wire/participant-record';
import { readPessimisticInfo } from '../wire/pessimistic-info';
import { readPessimisticOperation } from '../wire/pessimistic-operation';
import { compareUtf8 } from '../wire/utf8';
import type { CoordinatorState } from './coordinator-state';
import { guardProblems } from './fold';
import type { KeyedChange } from './fold';
import type { HeldLock } from './held-lock';
import { createLock, isBrokenOut, joinLock } from './pessimistic-membership';
import { noParts, restoreLock } from './pessimistic-restore';
import type { StoredParts } from './pessimistic-restore';
import type { SourceEntry } from './source-entry';
import { touchLock } from './pessimistic-touch';
import { readPut } from './read-put';
import { taskSourcesOf } from './task-sources';

/**
 * Rebuild the pessimistic locks; tasks, breaks and actions are in the state already. A lock with a record is restored as
 * recorded and brought up to date. A lock without one, as DM leaves it, is rebuilt as DM does (4-pessimistic.md,
 * *Recovery*): from the infos in the order of their sources, then from the operations.
 */
export function recoverPessimistic(state: CoordinatorState, values: readonly KeyedChange[]): void {
  const parts = new Map<LockId, StoredParts>();
  for (const value of values) guardProblems(state, value.change, () => readValue(state, value));
  for (const value of values) guardProblems(state, value.change, () => readPart(state, value, parts));
  for (const value of values) guardProblems(state, value.change, () => restoreRecord(state, value, parts));
  const entries = values.flatMap(({ key }) =>
    key.kind === 'pessimistic-info' ? [state.pessimistic.entryOf(key.task, key.source)] : [],
  );
  const unrecorded = entries.filter(
    ({ infoLockId }) => infoLockId !== null && state.pessimistic.locks.get(infoLockId)?.told == null,
  );
  for (const entry of unrecorded.sort((a, b) => compareUtf8(a.source, b.source))) rejoin(state, entry);
  const rebuilt = [...state.pessimistic.locks.values()].filter(({ told }) => told === null);
  for (const held of rebuilt) adoptOperations(state, held);
  askAll(state);
}

function readValue(state: CoordinatorState, { key, change }: KeyedChange): void {
  if (change.kind === 'delete') return;
  switch (key.kind) {
    case 'pessimistic-info': {
      const info = readPessimisticInfo(change.value, change.key);
      return state.pessimistic.setInfo(state.pessimistic.entryOf(key.task, key.source), info, change.modRevision);
    }
    case 'pessimistic-operation': {
      const operation = readPessimisticOperation(change.value, change.key);
      return state.pessimistic.setOperation(
        state.pessimistic.entryOf(key.task, key.source),
        operation,
        change.modRevision,
      );
    }
    default:
      return;
  }
}

/** What is stored of the sources of a lock. */
function readPart(state: CoordinatorState, { key, change }: KeyedChange, parts: Map<LockId, StoredParts>): void {
  if (key.kind !== 'lock-sources' && key.kind !== 'participant' && key.kind !== 'ddl-conflict') return;
  const ofLock = parts.get(key.lockId) ?? noParts();
  parts.set(key.lockId, ofLock);
  const { modRevision: revision } = change;
  if (key.kind === 'lock-sources') {
    const record = readPut(state, change, readLockSourcesRecord);
    if (record !== null) ofLock.sources = { record, revision };
  } else if (key.kind === 'participant') {
    const record = readPut(state, change, readParticipantRecord);
    if (record !== null) ofLock.participants.set(key.source, { record, revision });
  } else {
    const record = readPut(state, change, readDdlConflictRecord);
    if (record !== null) ofLock.conflicts.set(key.source, { ...record, recordRevision: revision });
  }
}

function restoreRecord(state: CoordinatorState, { key, change }: KeyedChange, parts: Map<LockId, StoredParts>): void {
  if (key.kind !== 'lock') return;
  const record = readPut(state, change, readLockRecord);
  if (record?.mode !== 'pessimistic') return;
  restoreLock(state, { record, revision: change.modRevision }, parts.get(key.lockId) ?? noParts());
}

/** The info makes or joins its lock, whose creation is that of the oldest thing that is stored of it. */
function rejoin(state: CoordinatorState, entry: SourceEntry): void {
  const { task, source, info, infoLockId } = entry;
  if (info === null || infoLockId === null || isBrokenOut(entry) || taskSourcesOf(state, task).excluded.has(source))
    return;
  if (!state.pessimistic.locks.has(infoLockId))
    createLock(state, entry, info, oldestOf(state, task, infoLockId, info.ddls));
  joinLock(state, entry);
}

function oldestOf(state: CoordinatorState, task: TaskName, lockId: LockId, ddls: readonly string[]): Revision {
  const revisions = [...state.pessimistic.entriesOf(task)].flatMap((entry) => [
    ...(entry.infoLockId === lockId ? [entry.infoRevision] : []),
    ...(entry.operation?.lockId === lockId && sameDdls(entry.operation.ddls ?? [], ddls)
      ? [entry.operationRevision]
      : []),
  ]);
  return revisions.sort((a, b) => a - b)[0] ?? NO_REVISION;
}

/**
 * What operations tell of a lock without a record: it was synced, `exec` names the owner, `done` says who has done his
 * part. One with other DDLs tells of an earlier lock of the same ID (deviation P11).
 */
function adoptOperations(state: CoordinatorState, held: HeldLock): void {
  const { origin } = held.lock;
  const entries = [...state.pessimistic.operationsOf(origin.id)].filter(({ operation }) =>
    held.lock.matches(operation?.ddls ?? []),
  );
  if (entries.length === 0) return;
  const executor = entries.findLast(({ operation }) => operation?.exec === true)?.source;
  const { lock } = held;
  if (executor !== undefined) {
    lock.owner = executor;
    lock.addSources([executor]);
  }
  lock.adoptSynced();
  for (const entry of entries) adoptOperation(lock, entry);
  lock.executed = lock.participants.get(lock.owner)?.done === true;
}

function adoptOperation(lock: PessimisticLock, { source, operation, operationRevision }: SourceEntry): void {
  if (operation === null) return;
  const order = operation.exec ? 'exec' : 'skip';
  lock.adoptOperation(source, {
    done: operation.done,
    order: operation.done ? null : order,
    orderRevision: operationRevision,
  });
}

function askAll(state: CoordinatorState): void {
  for (const held of state.pessimistic.locks.values()) {
    held.basis = null;
    touchLock(state, held);
  }
  for (const entry of state.pessimistic.entries) {
    if (entry.operation !== null || entry.mark !== null) state.outbox.ask({ kind: 'clean-source', source: entry.key });
  }
}
