import { LockstepError } from './error';
import { parseRevision } from './revision';
import type { Revision } from './revision';

/**
 * A place in the journal: the revision of a record and the number of an event in it, from 0. It stands for everything up to
 * and including that event, and means the same on every server. Where nothing was told at a revision, its first place is
 * that of the revision itself.
 */
export interface EventCursor {
  readonly revision: Revision;
  readonly index: number;
}

/** More events than any record has. */
const BEYOND_LAST = 999_999_999;

/** The place after everything that was told at a revision. */
export function endOfRevision(revision: Revision): EventCursor {
  return { revision, index: BEYOND_LAST };
}

/** The first revision that may have events after a place. */
export function revisionAfter({ revision, index }: EventCursor): Revision {
  return index >= BEYOND_LAST ? parseRevision(revision + 1) : revision;
}

/** The last revision that may have events before a place. */
export function revisionBefore({ revision, index }: EventCursor): Revision {
  return index === 0 ? parseRevision(Math.max(0, revision - 1)) : revision;
}

/** A cursor's text: `<revision>.<index>`. */
export function formatEventCursor({ revision, index }: EventCursor): string {
  return `${revision}.${index}`;
}

/** The cursor of a text. @throws LockstepError INVALID_INPUT unless it is `<revision>.<index>` */
export function parseEventCursor(text: string): EventCursor {
  const [, revision, index] = /^(\d{1,16})\.(\d{1,9})$/u.exec(text) ?? [];
  if (revision === undefined || index === undefined)
    throw new LockstepError('INVALID_INPUT', `not a cursor of events: ${text}`, { field: 'after' });
  return { revision: parseRevision(Number(revision)), index: Number(index) };
}

/** Negative if `a` comes before `b`, 0 if they are equal. */
export function compareEventCursors(a: EventCursor, b: EventCursor): number {
  return a.revision - b.revision || a.index - b.index;
}
