/** Which journal records there are, with their times; they are trimmed from the oldest on. */
export class JournalIndex {
  readonly #timesMs = new Map<number, number>();
  #last = 0;

  /** The highest sequence number that there ever was. */
  get last(): number {
    return this.#last;
  }

  /** A record was put; sequence numbers only grow. */
  add(sequence: number, atMs: number): void {
    this.#last = Math.max(this.#last, sequence);
    this.#timesMs.set(sequence, atMs);
  }

  /** A record was deleted. */
  remove(sequence: number): void {
    this.#timesMs.delete(sequence);
  }

  /** The oldest records that are beyond `records` or older than `beforeMs`, at most `most` of them. */
  expired(records: number, beforeMs: number, most: number): number[] {
    const expired: number[] = [];
    let beyond = this.#timesMs.size - records;
    for (const [sequence, atMs] of this.#timesMs) {
      if (expired.length === most || (beyond <= 0 && atMs >= beforeMs)) break;
      expired.push(sequence);
      beyond -= 1;
    }
    return expired;
  }
}
