import type { LockId } from '../../core/model/lock-id';
import { sourceKey } from '../../core/model/table-key';
import type { Participant } from '../../core/pessimistic/participant';
import type { PessimisticLock } from '../../core/pessimistic/lock';
import { viewSourceOperation } from '../../core/request/operation-view';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { LockState } from '../enums';
import type { ShardLock, ShardParticipant } from '../types/lock';
import type { KeyedParticipant } from './keyed-participant';
import { viewOperation } from './operation-view';

/** A pessimistic lock; null: there is none. */
export function viewPessimisticLock(state: CoordinatorState, lockId: LockId): ShardLock | null {
  const held = state.pessimistic.locks.get(lockId);
  if (held === undefined) return null;
  const { lock, told, progressAtMs } = held;
  const { id, task, target, incarnation, ddls } = lock.origin;
  return {
    taskName: task,
    id,
    incarnation,
    mode: 'pessimistic',
    target,
    state: stateOf(lock),
    ownerId: lock.unlock?.owner ?? lock.owner,
    ddls,
    syncedCount: lock.activeCount - lock.remain,
    unsyncedCount: lock.remain,
    joinedSchema: null,
    joinConflict: null,
    createdAt: told === null ? null : new Date(told.createdAtMs),
    lastProgressAt: told === null ? null : new Date(progressAtMs),
  };
}

/** The sources of a pessimistic lock, those that were left out too; empty without a lock. */
export function viewPessimisticParticipants(state: CoordinatorState, lockId: LockId): readonly KeyedParticipant[] {
  const lock = state.pessimistic.locks.get(lockId)?.lock;
  if (lock === undefined) return [];
  return [...lock.participants.values()].map((participant) => ({
    key: participant.source,
    view: () => viewSource(state, lock, participant),
  }));
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
    info:
      entry?.infoLockId === id && entry.info !== null ? { ddls: entry.info.ddls, revision: entry.infoRevision } : null,
    operation: operation?.lockId === id ? viewOperation(operation) : null,
  };
}

function messageOf(lock: PessimisticLock, source: Participant['source'], isExcluded: boolean): string | null {
  const conflict = lock.conflicts.get(source);
  if (conflict !== undefined) {
    return `reported other DDLs than the lock: ${conflict.ddls.join('; ')} instead of ${lock.origin.ddls.join('; ')}`;
  }
  return isExcluded ? 'left out of the task by hand' : null;
}

function stateOf(lock: PessimisticLock): LockState {
  if (lock.resolved) return 'resolved';
  if (lock.conflicts.size > 0) return 'conflict';
  return lock.moving ? 'executing' : 'waiting';
}
