/** What an identity may still do at once, and when that was so. */
interface Bucket {
  tokens: number;
  atMs: number;
}

/** How many seconds' worth may come at once after a pause. */
const BURST_SECONDS = 2;

/** Beyond so many identities, those that have been quiet are forgotten. */
const MANY = 10_000;

/**
 * How many mutations each identity may send a second; after a pause two seconds' worth at once. An identity that waited
 * long enough to be forgotten has its whole burst again, so forgetting changes nothing.
 */
export class MutationRate {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * @param perSecond more are refused
   * @param nowMs a clock that never goes back, in milliseconds
   */
  constructor(
    private readonly perSecond: number,
    private readonly nowMs: () => number,
  ) {}

  /** Whether it may; if so, it counts. */
  admits(identity: string): boolean {
    const bucket = this.#bucketOf(identity);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** How many identities are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  #bucketOf(identity: string): Bucket {
    const nowMs = this.nowMs();
    const most = this.perSecond * BURST_SECONDS;
    const bucket = this.#buckets.get(identity) ?? { tokens: most, atMs: nowMs };
    bucket.tokens = Math.min(most, bucket.tokens + ((nowMs - bucket.atMs) * this.perSecond) / 1_000);
    bucket.atMs = nowMs;
    // The order of a map is that of insertion: whoever was quiet for longest comes first.
    this.#buckets.delete(identity);
    this.#buckets.set(identity, bucket);
    if (this.#buckets.size > MANY) this.#forgetQuiet(nowMs);
    return bucket;
  }

  #forgetQuiet(nowMs: number): void {
    for (const [identity, { atMs }] of this.#buckets) {
      if (nowMs - atMs < BURST_SECONDS * 1_000) return;
      this.#buckets.delete(identity);
    }
  }
}
