/** Plays that are independent of each other: the first that is asked for starts all, so many at a time. */
export class Plays {
  readonly #waiting: (() => Promise<void>)[] = [];
  #isStarted = false;

  constructor(private readonly atOnce: number) {}

  /** @returns what resolves when the play is over, and rejects with what it throws */
  add(play: () => Promise<void>): () => Promise<void> {
    const result = new Promise<void>((resolve, reject) => {
      this.#waiting.push(() => play().then(resolve, reject));
    });
    // Its own test takes it up, perhaps later.
    result.catch(() => undefined);
    return () => {
      if (!this.#isStarted) for (let lane = 0; lane < this.atOnce; lane += 1) void this.#work();
      this.#isStarted = true;
      return result;
    };
  }

  async #work(): Promise<void> {
    for (let play = this.#waiting.shift(); play !== undefined; play = this.#waiting.shift()) await play();
  }
}
