/** What makes a server forget a worker's reports, done by hand; several may last at once. */
export class Disturbances {
  #lasting = 0;
  #begun = 0;

  /** Do one. */
  async during(action: () => Promise<unknown>): Promise<void> {
    this.#begun += 1;
    this.#lasting += 1;
    try {
      await action();
    } finally {
      this.#lasting -= 1;
    }
  }

  /** Whether, between now and the call of what is given, one lasted for any while. */
  watch(): () => boolean {
    const [lasting, begun] = [this.#lasting, this.#begun];
    return () => lasting > 0 || this.#begun !== begun;
  }
}
