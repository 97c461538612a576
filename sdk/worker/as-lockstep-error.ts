import { LockstepError } from '../../src/core/model/error';

/** What was thrown, as an error of the catalogue: a defect is INTERNAL, with its stack. */
export function asLockstepError(error: unknown): LockstepError {
  if (error instanceof LockstepError) return error;
  return new LockstepError('INTERNAL', error instanceof Error ? (error.stack ?? error.message) : String(error));
}
