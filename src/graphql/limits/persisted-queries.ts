/**
 * Documents that clients name by their hash after they sent them once, in the form that Apollo keeps such things. Bounded
 * by what all of them take; the one that wasn't used for longest goes first, and its client sends it again.
 */
export class PersistedQueries {
  readonly #texts = new Map<string, string>();
  #bytes = 0;

  constructor(private readonly mostBytes: number) {}

  get(key: string): Promise<string | undefined> {
    const text = this.#texts.get(key);
    if (text !== undefined) {
      // The order of a map is that of insertion.
      this.#texts.delete(key);
      this.#texts.set(key, text);
    }
    return Promise.resolve(text);
  }

  set(key: string, text: string): Promise<void> {
    this.#forget(key);
    this.#texts.set(key, text);
    this.#bytes += sizeOf(key, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#bytes <= this.mostBytes) break;
      this.#forget(oldest);
    }
    return Promise.resolve();
  }

  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.#forget(key));
  }

  #forget(key: string): boolean {
    const text = this.#texts.get(key);
    if (text === undefined) return false;
    this.#bytes -= sizeOf(key, text);
    return this.#texts.delete(key);
  }
}

function sizeOf(key: string, text: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(text);
}
