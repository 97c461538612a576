import { SubscriptionClosed } from '../client/transport';
import type { Transport, TransportAnswer, TransportRequest } from '../client/transport';
import type { Timing } from '../timing';

/** How often what goes wrong; each is the chance from 0 to 1 for one message. */
export interface Faults {
  /** The request never reaches the server. */
  readonly loseRequest: number;
  /** The server carries it out, but its answer is lost. */
  readonly loseAnswer: number;
  /** The request reaches the server twice; the second answer counts. */
  readonly repeat: number;
  /** The request, or a message of a subscription, is late, so that others overtake it. */
  readonly delay: number;
  /** How late at most, in milliseconds. */
  readonly longestDelayMs: number;
  /** The subscription's connection is closed after a message. */
  readonly close: number;
}

/** Nothing goes wrong. */
export const NO_FAULTS: Faults = { loseRequest: 0, loseAnswer: 0, repeat: 0, delay: 0, longestDelayMs: 0, close: 0 };

/** A way to a server on which things go wrong, as the seed of its random numbers says. */
export class FaultyTransport implements Transport {
  /** What goes wrong from now on. */
  faults: Faults;

  constructor(
    private readonly inner: Transport,
    private readonly timing: Timing,
    private readonly nextRandom: () => number,
    faults: Faults,
  ) {
    this.faults = faults;
  }

  async request(request: TransportRequest, signal: AbortSignal): Promise<TransportAnswer> {
    const { loseRequest, loseAnswer, repeat } = this.faults;
    await this.#delay();
    if (this.#happens(loseRequest)) throw new Error('the request was lost');
    if (this.#happens(repeat)) await this.inner.request(request, signal);
    const answer = await this.inner.request(request, signal);
    await this.#delay();
    if (this.#happens(loseAnswer)) throw new Error('the answer was lost');
    return answer;
  }

  async *subscribe(request: TransportRequest, signal: AbortSignal): AsyncGenerator {
    for await (const payload of this.inner.subscribe(request, signal)) {
      await this.#delay();
      yield payload;
      if (this.#happens(this.faults.close)) throw new SubscriptionClosed(1006, 'the connection was cut');
    }
  }

  async close(): Promise<void> {
    await this.inner.close();
  }

  async #delay(): Promise<void> {
    const { delay, longestDelayMs } = this.faults;
    if (!this.#happens(delay)) return;
    await new Promise<void>((resolve) => this.timing.after(longestDelayMs * this.nextRandom(), resolve));
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.nextRandom() < chance;
  }
}
