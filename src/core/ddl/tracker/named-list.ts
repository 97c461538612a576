import { lowerName } from '../../table/lower-name';

/** What has a name that is compared without regard to case. */
interface Named {
  readonly name: string;
}

/** Finding by name, without regard to case. */
export interface Lookup<Item extends Named> {
  find(name: string): Item | undefined;
}

/**
 * Columns or indexes in definition order while one statement works on them: found by name in constant time, added at the
 * end without a copy.
 */
export class NamedList<Item extends Named> implements Lookup<Item> {
  readonly #items: Item[];
  readonly #byName = new Map<string, Item>();

  constructor(items: readonly Item[]) {
    this.#items = [...items];
    // A stored schema may hold a name twice: the first counts.
    for (const item of items) if (this.find(item.name) === undefined) this.#byName.set(lowerName(item.name), item);
  }

  /** In order; the list goes on working on it. */
  get items(): readonly Item[] {
    return this.#items;
  }

  find(name: string): Item | undefined {
    return this.#byName.get(lowerName(name));
  }

  /** Put an item in before the one at place `at`; without it last. */
  insert(item: Item, at = this.#items.length): void {
    if (at === this.#items.length) this.#items.push(item);
    else this.#items.splice(at, 0, item);
    this.#byName.set(lowerName(item.name), item);
  }

  /** Put an item in another's place. */
  replace(old: Item, item: Item): void {
    this.#items[this.#items.indexOf(old)] = item;
    this.#byName.delete(lowerName(old.name));
    this.#byName.set(lowerName(item.name), item);
  }

  remove(item: Item): void {
    this.#items.splice(this.#items.indexOf(item), 1);
    this.#byName.delete(lowerName(item.name));
  }
}
