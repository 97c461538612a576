import type { LockId } from '../model/lock-id';
import type { CoordinatorState } from './coordinator-state';
import { obligationId } from './obligation';
import type { Obligation } from './obligation';

/**
 * Whether an obligation must wait because the store refuses for good another one of the same lock: writes of a lock rely on
 * those before them. The other locks go on.
 */
export function isHeldBack(state: CoordinatorState, obligation: Obligation): boolean {
  const lockId = lockOf(state, obligation);
  if (lockId === null) return false;
  for (const { obligation: other } of state.outbox.impossible)
    if (lockOf(state, other) === lockId && obligationId(other) !== obligationId(obligation)) return true;
  return false;
}

/** The lock that an obligation is about; null: none. */
export function lockOf(state: CoordinatorState, obligation: Obligation): LockId | null {
  if ('lockId' in obligation) return obligation.lockId;
  return 'table' in obligation ? (state.tables.get(obligation.table)?.target?.lockId ?? null) : null;
}
