import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, StopTimer } from '../../src/ports/clock';

interface Timer {
  readonly dueMs: number;
  readonly action: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in the order of their times, each at its own time. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs = 0;

  /** @param startMs the wall time at which it begins */
  constructor(private readonly startMs = 1_700_000_000_000) {}

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.startMs + this.#nowMs;
  }

  after(delayMs: number, action: () => void): StopTimer {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Let time pass. Promises that a timer settles have run when the next one fires. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (let timer = this.#first(); timer !== undefined && timer.dueMs <= endMs; timer = this.#first()) {
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      this.#timers.delete(timer);
      timer.action();
      await nextTurn();
    }
    this.#nowMs = endMs;
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.dueMs < first.dueMs) first = timer;
    return first;
  }
}
