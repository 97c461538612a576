/** Stops a timer; harmless when it has fired or was stopped before. */
export type StopTimer = () => void;

/**
 * Time, as everything outside the core sees it: nobody else reads a clock or sets a timer, so a test moves time as it likes.
 */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes back. For durations. */
  monotonicMs(): number;
  /** Milliseconds since 1970 UTC; may jump. For times that are stored or shown. */
  wallMs(): number;
  /** Call `action` once, not before `delayMs` have passed. */
  after(delayMs: number, action: () => void): StopTimer;
}
