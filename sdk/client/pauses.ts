import { sleep } from '../timing';
import type { Timing } from '../timing';

/** The pauses before retries, in milliseconds (PROTOCOL 1.7). */
export const FIRST_PAUSE_MS = 100;
export const LONGEST_PAUSE_MS = 10_000;

/** Growing pauses, each by some chance shorter, so that many workers don't come at once. */
export class Pauses {
  #nextMs = FIRST_PAUSE_MS;

  constructor(private readonly timing: Timing) {}

  /** It went well: the next pause is short again. */
  reset(): void {
    this.#nextMs = FIRST_PAUSE_MS;
  }

  /** Wait; rejects with the signal's reason if that aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    const pauseMs = this.#nextMs * (0.5 + this.timing.random() / 2);
    this.#nextMs = Math.min(LONGEST_PAUSE_MS, this.#nextMs * 2);
    await pause(this.timing, pauseMs, signal);
  }
}

/** Wait for a time; rejects with the signal's reason if that aborts. */
export async function pause(timing: Timing, ms: number, signal: AbortSignal): Promise<void> {
  await sleep(timing, ms, signal);
  if (signal.aborted) throw reasonOf(signal);
}

/** Why a signal was aborted, as an error. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}

/** Whether a signal has been aborted; it may happen at every `await`. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
