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
  /** Of a server that only observes, whose events are nowhere but in its memory: its ID. */
  readonly observer?: string;
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

/** A cursor's text: `<revision>.<index>`, and `@<server>` for one of a server that only observes. */
export function formatEventCursor({ revision, index, observer }: EventCursor): string {
  return observer === undefined ? `${revision}.${index}` : `${revision}.${index}@${observer}`;
}

/** The cursor of a text. @throws LockstepError INVALID_INPUT unless it is of the form of `formatEventCursor` */
export function parseEventCursor(text: string): EventCursor {
  const [, revision, index, observer] = /^(\d{1,16})\.(\d{1,9})(?:@([\w-]{1,64}))?$/u.exec(text) ?? [];
  if (revision === undefined || index === undefined)
    throw new LockstepError('INVALID_INPUT', `not a cursor of events: ${text}`, { field: 'after' });
  const place = { revision: parseRevision(Number(revision)), index: Number(index) };
  return observer === undefined ? place : { ...place, observer };
}

/** Whether two cursors are of the same events: the journal's, or those of one observing server. */
export function isOfSameEvents(a: EventCursor, b: EventCursor): boolean {
  return a.observer === b.observer;
}

/** Of cursors of the same events. Negative if `a` comes before `b`, 0 if they are equal. */
export function compareEventCursors(a: EventCursor, b: EventCursor): number {
  return a.revision - b.revision || a.index - b.index;
}
