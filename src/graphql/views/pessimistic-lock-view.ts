import { isOrphanLock, isPhantomLock } from '../../core/diagnosis/diagnose';
import { pessimisticState } from '../../core/diagnosis/lock-state';
import type { LockId } from '../../core/model/lock-id';
import { NO_REVISION } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import { sourceKey } from '../../core/model/table-key';
import type { Participant } from '../../core/pessimistic/participant';
import type { PessimisticLock } from '../../core/pessimistic/lock';
import { viewSourceOperation } from '../../core/request/operation-view';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { HeldLock } from '../../core/state/held-lock';
import type { SourceEntry } from '../../core/state/source-entry';
import type { ShardDDLInfo, ShardLock, ShardParticipant } from '../types/lock';
import { dateOf } from './date-of';
import { isListed } from './keyed-participant';
import type { KeyedParticipant, ParticipantFilter } from './keyed-participant';
import { viewOperation } from './operation-view';
import { receivedAt } from './received-at';

/** A pessimistic lock; null: there is none. */
export function viewPessimisticLock(state: CoordinatorState, lockId: LockId): ShardLock | null {
  const held = state.pessimistic.locks.get(lockId);
  if (held === undefined) return null;
  const { lock } = held;
  const progressAt = dateOf(held.lastProgressMs);
  const { id, task, target, incarnation, ddls } = lock.origin;
  return {
    taskName: task,
    id,
    incarnation,
    mode: 'pessimistic',
    target,
    state: pessimisticState(lock),
    ownerId: lock.unlock?.owner ?? lock.owner,
    ddls,
    syncedCount: lock.activeCount - lock.remain,
    unsyncedCount: lock.remain,
    joinedSchema: null,
    joinConflict: null,
    createdAt: dateOf(held.createdAtMs),
    lastProgressAt: progressAt,
    updatedAt: progressAt,
    get revision() {
      return latestRevision(state, held);
    },
    droppedColumns: [],
    get orphan() {
      return isOrphanLock(state, lockId);
    },
    get phantom() {
      return isPhantomLock(state, lockId);
    },
  };
}

/** The sources of a pessimistic lock that a filter leaves, those that were left out too; none without a lock. */
export function* viewPessimisticParticipants(
  state: CoordinatorState,
  lockId: LockId,
  filter: ParticipantFilter,
): Generator<KeyedParticipant> {
  const lock = state.pessimistic.locks.get(lockId)?.lock;
  if (lock === undefined) return;
  for (const participant of lock.participants.values()) {
    const { source, ready, done } = participant;
    const isExcluded = lock.excluded.has(source);
    if (isListed(filter, { synced: ready || isExcluded, done: done || isExcluded, stage: null, source }))
      yield { key: source, view: () => viewSource(state, lock, participant) };
  }
}

function latestRevision(state: CoordinatorState, { lock, recordRevision }: HeldLock): Revision {
  const { task, incarnation } = lock.origin;
  let latest = recordRevision > incarnation ? recordRevision : incarnation;
  for (const { source, infoRevision, orderRevision, recordRevision: ofRecord } of lock.participants.values()) {
    const operationRevision = state.pessimistic.find(task, source)?.operationRevision ?? NO_REVISION;
    for (const revision of [infoRevision, orderRevision, ofRecord, operationRevision])
      if (revision > latest) latest = revision;
  }
  return latest;
}

function viewSource(
  state: CoordinatorState,
  lock: PessimisticLock,
  { source, ready, done }: Readonly<Participant>,
): ShardParticipant {
  const { task, id } = lock.origin;
  const entry = state.pessimistic.entry(sourceKey(task, source));
  const operation = viewSourceOperation(state, task, source);
  const isExcluded = lock.excluded.has(source);
  return {
    taskName: task,
    sourceId: source,
    upstreamTable: null,
    synced: ready || isExcluded,
    done: done || isExcluded,
    conflictStage: null,
    message: messageOf(lock, source, isExcluded),
    schema: null,
    differences: [],
    info: entry?.infoLockId === id ? viewInfo(state, entry) : null,
    operation: operation?.lockId === id ? viewOperation(operation) : null,
  };
}

function viewInfo({ attempts }: CoordinatorState, { info, infoRevision, key }: SourceEntry): ShardDDLInfo | null {
  if (info === null) return null;
  const at = receivedAt(attempts.get(key) ?? null, infoRevision);
  const none = { before: null, after: [], ignoreConflict: false };
  return { ...none, ddls: info.ddls, revision: infoRevision, receivedAt: at };
}

function messageOf(lock: PessimisticLock, source: Participant['source'], isExcluded: boolean): string | null {
  const conflict = lock.conflicts.get(source);
  if (conflict !== undefined) {
    return `reported other DDLs than the lock: ${conflict.ddls.join('; ')} instead of ${lock.origin.ddls.join('; ')}`;
  }
  return isExcluded ? 'left out of the task by hand' : null;
}
