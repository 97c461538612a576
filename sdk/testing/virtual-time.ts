import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StopTimer, Timing } from '../timing';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** How many turns of the event loop let everything happen that needs no time. */
const QUIET_TURNS = 4;

/**
 * Time that passes only when nothing else is left to do: then it jumps to the next timer, so hours of pauses take
 * moments, and the same seed gives the same run. Serves workers (`Timing`) and the coordinator (its clock) alike.
 */
export class VirtualTime implements Timing {
  readonly #timers = new Set<Timer>();
  #nowMs = 0;
  #made = 0;

  /**
   * @param nextRandom numbers from 0 up to 1, without 1
   * @param startMs the wall time at which it begins
   */
  constructor(
    private readonly nextRandom: () => number = Math.random,
    private readonly startMs = 1_700_000_000_000,
  ) {}

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.startMs + Math.floor(this.#nowMs);
  }

  random(): number {
    return this.nextRandom();
  }

  after(delayMs: number, action: () => void): StopTimer {
    this.#made += 1;
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#made, action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /**
   * Let time pass until `isDone`.
   * @param limitMs how much virtual time at most
   * @param onStep called whenever time has moved
   * @returns whether it was done in that time
   */
  async passUntil(isDone: () => boolean, limitMs: number, onStep: () => void = () => undefined): Promise<boolean> {
    const endMs = this.#nowMs + limitMs;
    for (;;) {
      await settle();
      if (isDone()) return true;
      const timer = this.#first();
      if (timer === undefined || timer.dueMs > endMs) return isDone();
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      this.#timers.delete(timer);
      timer.action();
      onStep();
    }
  }

  /** Let so much time pass. */
  async pass(ms: number): Promise<void> {
    let isOver = false;
    this.after(ms, () => (isOver = true));
    await this.passUntil(() => isOver, ms);
  }

  #first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (
        first === undefined ||
        timer.dueMs < first.dueMs ||
        (timer.dueMs === first.dueMs && timer.order < first.order)
      )
        first = timer;
    }
    return first;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < QUIET_TURNS; turn += 1) await nextTurn();
}
