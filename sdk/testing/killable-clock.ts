import type { Clock, StopTimer } from '../../src/ports/clock';

/** Time as one process has it: when it is killed none of its timers fires any more, nor keeps the process of the test. */
export class KillableClock implements Clock {
  readonly #stops = new Set<StopTimer>();
  #isKilled = false;

  constructor(private readonly inner: Clock) {}

  /** Whoever uses it is gone. */
  kill(): void {
    this.#isKilled = true;
    for (const stop of this.#stops) stop();
    this.#stops.clear();
  }

  monotonicMs(): number {
    return this.inner.monotonicMs();
  }

  wallMs(): number {
    return this.inner.wallMs();
  }

  after(delayMs: number, action: () => void): StopTimer {
    if (this.#isKilled) return () => undefined;
    const stop = this.inner.after(delayMs, () => {
      this.#stops.delete(end);
      action();
    });
    const end = (): void => {
      this.#stops.delete(end);
      stop();
    };
    this.#stops.add(end);
    return end;
  }
}
