import type { Revision } from '../../core/model/revision';
import type { Attempt } from '../../core/state/table-entry';
import { dateOf } from './date-of';

/** When the info of a revision was reported; null: the last report through the API is another one, or there is none. */
export function receivedAt(attempt: Attempt | null, infoRevision: Revision): Date | null {
  return attempt?.revision === infoRevision ? dateOf(attempt.atMs) : null;
}
