import { LockstepError } from '../../core/model/error';
import { parseLockId } from '../../core/model/lock-id';
import type { LockId } from '../../core/model/lock-id';
import type { Mode } from '../../core/model/records';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { ShardLock } from '../types/lock';
import { viewFormingLock, viewFormingParticipants } from './forming-lock-view';
import type { KeyedParticipant, ParticipantFilter } from './keyed-participant';
import { viewOptimisticLock, viewOptimisticParticipants } from './optimistic-lock-view';
import { viewPessimisticLock, viewPessimisticParticipants } from './pessimistic-lock-view';

/** A lock as the API shows it, also one that is only forming; null: there is none of this ID. */
export function viewLock(state: CoordinatorState, lockId: LockId): ShardLock | null {
  return viewOptimisticLock(state, lockId) ?? viewPessimisticLock(state, lockId) ?? viewFormingLock(state, lockId);
}

/** The participants of a lock that a filter leaves, each with a key that orders them; none without a lock. */
export function* viewParticipants(
  state: CoordinatorState,
  lockId: LockId,
  filter: ParticipantFilter,
): Generator<KeyedParticipant> {
  yield* viewOptimisticParticipants(state, lockId, filter);
  yield* viewPessimisticParticipants(state, lockId, filter);
  yield* viewFormingParticipants(state, lockId, filter);
}

/**
 * In which mode a lock works: as its task says, else as the lock itself does.
 * @throws LockstepError LOCK_NOT_FOUND if there is neither the task nor the lock
 */
export function modeOfLock(state: CoordinatorState, lockId: LockId): Mode {
  if (state.targets.get(lockId)?.lock != null) return 'optimistic';
  if (state.pessimistic.locks.has(lockId)) return 'pessimistic';
  const mode = state.tasks.get(parseLockId(lockId).task)?.mode;
  if (mode === undefined) throw lockNotFound(lockId);
  return mode;
}

/** The error of who names a lock that there isn't. */
export function lockNotFound(lockId: LockId): LockstepError {
  return new LockstepError('LOCK_NOT_FOUND', `there is no lock ${lockId}`, { lockId });
}
