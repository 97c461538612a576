import type { LockstepError } from '../../src/core/model/error';
import type { Result } from '../../src/core/model/result';

/** What a request gave. @throws LockstepError what it was refused with */
export function value<T>(result: Result<T, LockstepError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
