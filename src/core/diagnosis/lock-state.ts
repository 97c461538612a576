import type { LockState } from '../model/lock-state';
import type { PessimisticLock } from '../pessimistic/lock';
import type { Target } from '../state/table-entry';
import type { TargetLock } from '../state/target';
import { blockingStageOf } from './blocking-stage';

/** How far an optimistic lock is. Of its tables only those are looked at that were told to wait. */
export function optimisticState(target: Target, { lock }: TargetLock): LockState {
  if (lock.resolved) return 'resolved';
  if (lock.waiting.size > 0 || hasConflict(target)) return 'conflict';
  return lock.synced ? 'executing' : 'waiting';
}

function hasConflict({ stopped }: Target): boolean {
  for (const entry of stopped) if (blockingStageOf(entry) !== null) return true;
  return false;
}

/** How far a pessimistic lock is. */
export function pessimisticState(lock: PessimisticLock): LockState {
  if (lock.resolved) return 'resolved';
  if (lock.conflicts.size > 0) return 'conflict';
  return lock.moving ? 'executing' : 'waiting';
}
