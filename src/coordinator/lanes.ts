import type { Clock } from '../ports/clock';
import { inTime } from './in-time';

/** How long a request waits for its turn, in milliseconds; then it goes on beside those before it. */
const PATIENCE_MS = 10_000;

/**
 * Lets requests that change one record go one after another, in the order in which they came: beside each other all but one
 * would lose the race, and be planned again.
 */
export class Lanes {
  /** The end of the last request of each lane. */
  readonly #ends = new Map<string, Promise<void>>();

  constructor(private readonly clock: Clock) {}

  /** Do `work` when what came before in the lane has ended. */
  async run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    const before = this.#ends.get(lane) ?? Promise.resolve();
    let end: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => (end = resolve));
    const all = before.then(() => mine);
    this.#ends.set(lane, all);
    try {
      await inTime(this.clock, PATIENCE_MS, before, () => undefined);
      return await work();
    } finally {
      end();
      void all.then(() => {
        if (this.#ends.get(lane) === all) this.#ends.delete(lane);
      });
    }
  }
}
