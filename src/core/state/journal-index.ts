import { NO_REVISION, parseRevision } from '../model/revision';
import type { Revision } from '../model/revision';

/** Where a journal record stands, and when it was written. */
export interface JournalEntry {
  readonly sequence: number;
  /** The revision of its transaction: of the cursors of its events. */
  readonly revision: Revision;
  readonly atMs: number;
}

/**
 * Which journal records there are; not what they tell. Sequence numbers and revisions grow together, records are trimmed
 * from the oldest on, so the index is a list whose head moves.
 */
export class JournalIndex {
  #entries: JournalEntry[] = [];
  /** Entries before it are gone. */
  #head = 0;
  #last = 0;
  #trimmedThrough: Revision = NO_REVISION;

  /** The highest sequence number that there ever was. */
  get last(): number {
    return this.#last;
  }

  /** The last revision of which a record may be gone: what came after it can be read in full. */
  get trimmedThrough(): Revision {
    return this.#trimmedThrough;
  }

  /** A record was put; sequence numbers only grow. */
  add(entry: JournalEntry): void {
    // Whether numbers before the first that is known were ever used, nobody knows.
    if (this.#last === 0 && entry.sequence > 1) this.#trimmedThrough = parseRevision(entry.revision - 1);
    this.#last = Math.max(this.#last, entry.sequence);
    this.#entries.push(entry);
  }

  /** A record was deleted. */
  remove(sequence: number): void {
    const place = this.#placeOf((entry) => entry.sequence >= sequence);
    const entry = this.#entries[place];
    if (entry?.sequence !== sequence) return;
    this.#trimmedThrough = parseRevision(Math.max(this.#trimmedThrough, entry.revision));
    if (place === this.#head) this.#head += 1;
    else this.#entries.splice(place, 1);
    if (this.#head > 1_000 && this.#head > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  /** At most `most` records from `from` on, both revisions included, oldest first. */
  between(from: Revision, to: Revision, most: number): JournalEntry[] {
    const start = this.#placeOf(({ revision }) => revision >= from);
    const end = this.#placeOf(({ revision }) => revision > to);
    return this.#entries.slice(start, Math.min(end, start + most));
  }

  /** At most `most` of the newest records between two revisions, both included, oldest first. */
  newestBetween(from: Revision, to: Revision, most: number): JournalEntry[] {
    const start = this.#placeOf(({ revision }) => revision >= from);
    const end = this.#placeOf(({ revision }) => revision > to);
    return this.#entries.slice(Math.max(start, end - most), end);
  }

  /** The oldest records that are beyond `records` or older than `beforeMs`, at most `most` of them. */
  expired(records: number, beforeMs: number, most: number): number[] {
    const expired: number[] = [];
    let beyond = this.#entries.length - this.#head - records;
    for (let place = this.#head; place < this.#entries.length; place += 1) {
      const entry = this.#entries[place];
      if (entry === undefined || expired.length === most || (beyond <= 0 && entry.atMs >= beforeMs)) break;
      expired.push(entry.sequence);
      beyond -= 1;
    }
    return expired;
  }

  /** The first place for which `isReached` holds, and after it for all. */
  #placeOf(isReached: (entry: JournalEntry) => boolean): number {
    let [low, high] = [this.#head, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && isReached(entry)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
