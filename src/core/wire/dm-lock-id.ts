import { formatLockId, parseLockId } from '../model/lock-id';
import type { LockId } from '../model/lock-id';

/** A lock ID out of a stored key or value. @throws LockstepError INVALID_INPUT if it isn't one */
export function parseStoredLockId(text: string): LockId {
  const { task, target } = parseLockId(text);
  return formatLockId(task, target);
}
