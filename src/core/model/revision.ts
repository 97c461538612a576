import type { Brand } from './brand';
import { LockstepError } from './error';

/** The store's global, increasing change number; 0 is before the first change. */
export type Revision = Brand<number, 'Revision'>;

/** Before the first change of any store. */
export const NO_REVISION = 0 as Revision;

/** A revision from a number. @throws LockstepError INVALID_INPUT unless a safe integer ≥ 0 */
export function parseRevision(value: number): Revision {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new LockstepError('INVALID_INPUT', `not a revision: ${value}`, { field: 'revision' });
  }
  return value as Revision;
}
