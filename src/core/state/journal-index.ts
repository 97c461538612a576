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
 * from the oldest on, so the index is a list whose head moves: one column of numbers for each field, since a hundred
 * thousand objects would take three times the memory.
 */
export class JournalIndex {
  #sequences: number[] = [];
  #revisions: Revision[] = [];
  #timesMs: number[] = [];
  /** Places before it are gone. */
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
  add({ sequence, revision, atMs }: JournalEntry): void {
    // Whether numbers before the first that is known were ever used, nobody knows.
    if (this.#last === 0 && sequence > 1) this.#trimmedThrough = parseRevision(revision - 1);
    this.#last = Math.max(this.#last, sequence);
    this.#sequences.push(sequence);
    this.#revisions.push(revision);
    this.#timesMs.push(atMs);
  }

  /** A record was deleted. */
  remove(sequence: number): void {
    const place = this.#placeOf(this.#sequences, sequence);
    const entry = this.#at(place);
    if (entry?.sequence !== sequence) return;
    this.#trimmedThrough = parseRevision(Math.max(this.#trimmedThrough, entry.revision));
    if (place === this.#head) this.#head += 1;
    else this.#columns((column) => column.splice(place, 1));
    if (this.#head > 1_000 && this.#head > this.#sequences.length / 2) {
      this.#columns((column) => column.splice(0, this.#head));
      this.#head = 0;
    }
  }

  /** At most `most` records from `from` on, both revisions included, oldest first. */
  between(from: Revision, to: Revision, most: number): JournalEntry[] {
    const start = this.#placeOf(this.#revisions, from);
    return this.#list(start, Math.min(this.#placeOf(this.#revisions, to + 1), start + most));
  }

  /** At most `most` of the newest records between two revisions, both included, oldest first. */
  newestBetween(from: Revision, to: Revision, most: number): JournalEntry[] {
    const end = this.#placeOf(this.#revisions, to + 1);
    return this.#list(Math.max(this.#placeOf(this.#revisions, from), end - most), end);
  }

  /** The oldest records that are beyond `records` or older than `beforeMs`, at most `most` of them. */
  expired(records: number, beforeMs: number, most: number): number[] {
    const beyond = this.#sequences.length - records;
    let end = this.#head;
    while (end - this.#head < most && (end < beyond || (this.#timesMs[end] ?? Infinity) < beforeMs)) end += 1;
    return this.#sequences.slice(this.#head, end);
  }

  #at(place: number): JournalEntry | undefined {
    const [sequence, revision, atMs] = [this.#sequences[place], this.#revisions[place], this.#timesMs[place]];
    if (sequence === undefined || revision === undefined || atMs === undefined) return undefined;
    return { sequence, revision, atMs };
  }

  #list(start: number, end: number): JournalEntry[] {
    const entries: JournalEntry[] = [];
    for (let place = start; place < end; place += 1) {
      const entry = this.#at(place);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  #columns(change: (column: number[]) => void): void {
    for (const column of [this.#sequences, this.#revisions, this.#timesMs]) change(column);
  }

  /** The first place whose number in a growing column is `least` or more. */
  #placeOf(column: readonly number[], least: number): number {
    let [low, high] = [this.#head, column.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((column[middle] ?? Infinity) >= least) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
