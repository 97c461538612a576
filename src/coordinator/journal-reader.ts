import { compareEventCursors, endOfRevision, revisionAfter, revisionBefore } from '../core/model/event-cursor';
import type { EventCursor } from '../core/model/event-cursor';
import type { PublishedEvent } from '../core/model/published-event';
import { NO_REVISION } from '../core/model/revision';
import type { CoordinatorState } from '../core/state/coordinator-state';
import type { JournalEntry } from '../core/state/journal-index';
import { readJournalRecord } from '../core/wire/journal-record';
import { formatLockstepKey } from '../core/wire/lockstep-keys';
import type { Store } from '../ports/store';
import { sliceEnd } from './event-window';
import type { EventSlice } from './service';

/** The last digits of a sequence number that one read leaves open: a hundred records at most. */
const OPEN_DIGITS = 2;
const RECORDS_A_READ = 10 ** OPEN_DIGITS;

/**
 * Reads the journal from the store, some records at a time. Where they are, the state's index knows; the keys of the
 * records end in digits, so a prefix that leaves the last ones open reads neighbours together.
 */
export class JournalReader {
  constructor(
    private readonly store: Pick<Store, 'range'>,
    private readonly state: () => CoordinatorState,
  ) {}

  /** Whether every record after this place is still there. */
  reachesBack(after: EventCursor): boolean {
    const { trimmedThrough } = this.state().journal;
    return trimmedThrough === NO_REVISION || compareEventCursors(after, endOfRevision(trimmedThrough)) >= 0;
  }

  /**
   * Events after a place, up to and including another. Null: some of them are gone.
   * @throws LockstepError STORE_UNAVAILABLE
   */
  async read(after: EventCursor, until: EventCursor, most: number): Promise<EventSlice | null> {
    if (!this.reachesBack(after)) return null;
    const found = this.state().journal.between(revisionAfter(after), until.revision, RECORDS_A_READ);
    const entries = found.filter(({ sequence }) => blockOf(sequence) === blockOf(found[0]?.sequence ?? 0));
    const read = await this.#readRecords(entries);
    // What was trimmed while it was read would be missing without a word.
    if (read.isIncomplete) return null;
    const last = entries.at(-1);
    const isAll = entries.length === found.length && found.length < RECORDS_A_READ;
    const end = isAll || last === undefined ? until : endOfRevision(last.revision);
    const events = read.events
      .filter(({ cursor }) => compareEventCursors(cursor, after) > 0 && compareEventCursors(cursor, until) <= 0)
      .slice(0, most);
    return { events, position: sliceEnd(events, most, earlier(end, until)) };
  }

  /**
   * Events after a place and before another, the newest ones; `position` is where to go on backwards. What is trimmed is
   * left out.
   * @throws LockstepError STORE_UNAVAILABLE
   */
  async readBack(after: EventCursor, before: EventCursor): Promise<EventSlice> {
    const found = this.state().journal.newestBetween(revisionAfter(after), revisionBefore(before), RECORDS_A_READ);
    const entries = found.filter(({ sequence }) => blockOf(sequence) === blockOf(found.at(-1)?.sequence ?? 0));
    const { events } = await this.#readRecords(entries);
    const isAll = entries.length === found.length && found.length < RECORDS_A_READ;
    const [first] = entries;
    return {
      events: events.filter(
        ({ cursor }) => compareEventCursors(cursor, after) > 0 && compareEventCursors(cursor, before) < 0,
      ),
      position: isAll || first === undefined ? after : { revision: first.revision, index: 0 },
    };
  }

  async #readRecords(
    entries: readonly JournalEntry[],
  ): Promise<{ readonly events: readonly PublishedEvent[]; readonly isIncomplete: boolean }> {
    const [first] = entries;
    if (first === undefined) return { events: [], isIncomplete: false };
    const { values } = await this.store.range(blockPrefix(first.sequence));
    const texts = new Map(values.map(({ modRevision, key, value }) => [modRevision, { key, value }]));
    const wanted = entries.flatMap(({ revision }) => {
      const text = texts.get(revision);
      return text === undefined ? [] : [{ revision, ...text }];
    });
    const events = wanted.flatMap(({ revision, key, value }): PublishedEvent[] => {
      const reading = readJournalRecord(value, key);
      if (reading.kind === 'too-new') return [];
      const { atMs, events: told } = reading.record;
      return told.map((event, index) => ({ cursor: { revision, index }, atMs, event }));
    });
    return { events, isIncomplete: wanted.length < entries.length };
  }
}

function blockOf(sequence: number): number {
  return Math.floor(sequence / RECORDS_A_READ);
}

function blockPrefix(sequence: number): string {
  return formatLockstepKey({ kind: 'journal', sequence }).slice(0, -OPEN_DIGITS);
}

function earlier(a: EventCursor, b: EventCursor): EventCursor {
  return compareEventCursors(a, b) < 0 ? a : b;
}
