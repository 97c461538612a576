import { LockstepError } from '../../core/model/error';
import type { Revision } from '../../core/model/revision';

/**
 * Refuse a revision of which the keys can't be read.
 * @throws LockstepError STORE_COMPACTED before the oldest one that is kept; INVALID_INPUT below 1 or after the last
 */
export function checkRevision(revision: Revision, compacted: Revision, last: Revision): void {
  if (revision < 1 || revision > last) {
    const message = `revision ${revision} is not between 1 and the last one, ${last}`;
    throw new LockstepError('INVALID_INPUT', message, { field: 'revision' });
  }
  if (revision < compacted) throw compactedError(revision, compacted);
}

/** Refuse a revision that no watch can begin at. @throws LockstepError INVALID_INPUT */
export function checkWatchStart(from: Revision): void {
  if (from < 1) throw new LockstepError('INVALID_INPUT', 'a watch begins at revision 1 or later', { field: 'from' });
}

/** The error for a revision that isn't kept any more. */
export function compactedError(revision: Revision, compactedRevision: Revision): LockstepError {
  const message = `revision ${revision} is compacted; the oldest that is kept is ${compactedRevision}`;
  return new LockstepError('STORE_COMPACTED', message, { revision, compactedRevision });
}
