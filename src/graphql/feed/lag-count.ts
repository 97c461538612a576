import { performance } from 'node:perf_hooks';

/** In which time lags are counted, in milliseconds, and how many of them end a subscription. */
const WITHIN_MS = 60_000;
const MOST = 3;

/** How often a subscriber has lost events lately: one that can't keep up gains nothing from snapshots. */
export class LagCount {
  #timesMs: readonly number[] = [];

  /** It has lost some again. Whether that was once too often. */
  isTooMany(): boolean {
    const nowMs = performance.now();
    this.#timesMs = [...this.#timesMs.filter((timeMs) => nowMs - timeMs < WITHIN_MS), nowMs];
    return this.#timesMs.length >= MOST;
  }
}
