import type { StoredKey } from '../revisioned/stored-key';
import { compareKeys } from '../revisioned/key-order';

/** Keys in order: a map to find one, and a sorted list of them to find those with a prefix. */
export class SortedKeys {
  readonly #byKey = new Map<string, StoredKey>();
  readonly #order: string[] = [];

  get(key: string): StoredKey | null {
    return this.#byKey.get(key) ?? null;
  }

  /** Put a key in its place. */
  set(stored: StoredKey): void {
    if (!this.#byKey.has(stored.key)) this.#order.splice(this.#placeOf(stored.key), 0, stored.key);
    this.#byKey.set(stored.key, stored);
  }

  /** Take a key out, if it is there. */
  delete(key: string): void {
    if (this.#byKey.delete(key)) this.#order.splice(this.#placeOf(key), 1);
  }

  /** Those that begin with `prefix`, in order. Changing the keys meanwhile isn't allowed. */
  *withPrefix(prefix: string): Generator<StoredKey, void, undefined> {
    for (let place = this.#placeOf(prefix); place < this.#order.length; place += 1) {
      const key = this.#order[place];
      const stored = key?.startsWith(prefix) === true ? this.#byKey.get(key) : undefined;
      if (stored === undefined) return;
      yield stored;
    }
  }

  /** Whether none begins with `prefix`. */
  isEmpty(prefix: string): boolean {
    return this.#order[this.#placeOf(prefix)]?.startsWith(prefix) !== true;
  }

  /** The first place whose key isn't before `key`. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#order[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
