import type { KeyHead } from '../revisioned/stored-key';

/** How many keys are kept; a head takes some 300 bytes. */
const MOST_HEADS = 20_000;

/** How many empty prefixes are kept: each is looked at whenever a key comes. */
const MOST_PREFIXES = 8;

/**
 * What the writing transaction would find in the tables of keys that were written or compared last: to read a head takes a
 * search, a copy of the whole record and its checksum. Whatever the transaction writes must be told here. One that isn't
 * carried out closes the store (`GroupCommit`), so nothing is ever to be taken back.
 */
export class KnownKeys {
  readonly #heads = new Map<string, KeyHead>();
  readonly #empty = new Set<string>();

  /** The head of a key; null: it isn't known. */
  head(key: string): KeyHead | null {
    return this.#heads.get(key) ?? null;
  }

  /** Whether it is known that no key begins with `prefix`. */
  isEmpty(prefix: string): boolean {
    return this.#empty.has(prefix);
  }

  /** A key is there. */
  keep({ key, version, createRevision, modRevision, lease }: KeyHead): void {
    if (this.#heads.size >= MOST_HEADS) this.#heads.clear();
    this.#heads.set(key, { key, version, createRevision, modRevision, lease });
    for (const prefix of this.#empty) if (key.startsWith(prefix)) this.#empty.delete(prefix);
  }

  /** No key begins with `prefix`. */
  keepEmpty(prefix: string): void {
    if (this.#empty.size >= MOST_PREFIXES) this.#empty.clear();
    this.#empty.add(prefix);
  }

  /** A key has gone. */
  forget(key: string): void {
    this.#heads.delete(key);
  }
}
