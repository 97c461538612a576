/**
 * What was computed before, by its key. When it is full it starts anew, so it is bounded whatever comes; an answer is
 * never another one, only computed again. What throws isn't kept.
 */
export class BoundedCache<K, V> {
  readonly #known = new Map<K, V>();

  constructor(private readonly capacity: number) {}

  /** What is known of `key`, or what `make` gives. */
  get(key: K, make: () => V): V {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (this.#known.size >= this.capacity) this.#known.clear();
    this.#known.set(key, made);
    return made;
  }
}
