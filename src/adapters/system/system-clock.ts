import { performance } from 'node:perf_hooks';
import type { Clock, StopTimer } from '../../ports/clock';

/** The machine's clocks and Node's timers. A timer that is set doesn't keep the process alive. */
export class SystemClock implements Clock {
  monotonicMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  after(delayMs: number, action: () => void): StopTimer {
    // Node fires a timer up to 1 ms before its time, by this clock.
    const timer = setTimeout(action, Math.ceil(delayMs) + 1);
    timer.unref();
    return () => clearTimeout(timer);
  }
}
