import { LockstepError } from '../../core/model/error';

/** Refuse a time to live that no timer can keep. @throws LockstepError INVALID_INPUT unless 1 ms to 24 days, whole */
export function checkTtl(ttlMs: number): void {
  if (Number.isSafeInteger(ttlMs) && ttlMs >= 1 && ttlMs < 2 ** 31) return;
  throw new LockstepError('INVALID_INPUT', `not a time to live in ms: ${ttlMs}`, { field: 'ttlMs' });
}
