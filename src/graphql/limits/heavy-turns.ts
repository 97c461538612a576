/** Requests that come to more fields than this take turns; what workers send all the time comes to less. */
export const HEAVY_COST = 500;

/** How long others wait for a request that waits for something itself, such as the store, in milliseconds. */
const PATIENCE_MS = 250;

/** Ends a turn; a second call does nothing. */
export type EndTurn = () => void;

/**
 * Heavy requests are carried out one after the other, and between any two of them everything else has its turn of the
 * event loop: many that come at once would otherwise hold up the whole server, and their answers would be in memory at
 * the same time. Those who ask take turns as well, however many requests each of them sends.
 */
export class HeavyTurns {
  readonly #lines = new Map<string, (() => void)[]>();
  #isTaken = false;

  /** Resolved when it is the turn of a request of this identity. */
  async begin(identity: string): Promise<EndTurn> {
    await new Promise<void>((resolve) => this.#wait(identity, resolve));
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(patience);
      this.#goOn();
    };
    const patience = setTimeout(end, PATIENCE_MS);
    return end;
  }

  #wait(identity: string, resolve: () => void): void {
    const line = this.#lines.get(identity);
    if (line === undefined) this.#lines.set(identity, [resolve]);
    else line.push(resolve);
    if (!this.#isTaken) this.#goOn();
  }

  /** Never at once: that a client has gone comes later than what it asked. */
  #goOn(): void {
    this.#isTaken = true;
    setImmediate(() => this.#next());
  }

  /** The order of a map is that of insertion: whoever has had his turn is last again. */
  #next(): void {
    for (const [identity, line] of this.#lines) {
      const [first] = line.splice(0, 1);
      this.#lines.delete(identity);
      if (line.length > 0) this.#lines.set(identity, line);
      first?.();
      return;
    }
    this.#isTaken = false;
  }
}
