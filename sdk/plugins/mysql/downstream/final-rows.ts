import type { Row } from '../../../plugin';

/** What becomes of the row of a key. */
interface Fate {
  /** A row of this key that was there before goes first. */
  isDeleted: boolean;
  /** With the key of what goes. */
  readonly before: Row;
  /** What is there in the end; null: nothing. */
  after: Row | null;
}

/**
 * What several changes of a table come to, where rows have one key only: of each row the last. Rows of different keys
 * don't care for one another's order, so all that go can be deleted at once, and all that stay written at once.
 */
export class FinalRows {
  readonly #fates = new Map<string, Fate>();

  /** A row comes, or gets other values. */
  put(key: string, row: Row): void {
    const fate = this.#fates.get(key);
    if (fate === undefined) this.#fates.set(key, { isDeleted: false, before: row, after: row });
    else fate.after = row;
  }

  /** A row goes. */
  remove(key: string, row: Row): void {
    this.#fates.set(key, { isDeleted: true, before: row, after: null });
  }

  /** Rows that go; they must be deleted before the others are written. */
  get deleted(): readonly Row[] {
    return [...this.#fates.values()].filter(({ isDeleted }) => isDeleted).map(({ before }) => before);
  }

  /** Rows that are there in the end. */
  get written(): readonly Row[] {
    return [...this.#fates.values()].flatMap(({ after }) => (after === null ? [] : [after]));
  }
}
