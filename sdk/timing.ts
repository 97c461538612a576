/** Stops a timer; harmless when it has fired or was stopped before. */
export type StopTimer = () => void;

/** Time, as the SDK sees it: nothing else reads a clock or sets a timer, so a test moves time as it likes. */
export interface Timing {
  /** Milliseconds since any fixed moment; never goes back. */
  monotonicMs(): number;
  /** Milliseconds since 1970 UTC. */
  wallMs(): number;
  /** Call `action` once, not before `delayMs` have passed. */
  after(delayMs: number, action: () => void): StopTimer;
  /** A number from 0 up to 1, without 1: what makes pauses differ. */
  random(): number;
}

/** The process's own clock and timers. */
export const systemTiming: Timing = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Resolves after `delayMs`, or when `signal` aborts. */
export async function sleep(timing: Pick<Timing, 'after'>, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const stop = timing.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}
