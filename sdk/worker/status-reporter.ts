import type { LockstepClient } from '../client/client';
import { pause } from '../client/pauses';
import type { WorkerStatus } from '../engine/status';
import type { WorkerSession } from './session';
import type { WorkerSettings } from './worker-options';

/** At most this often, and at least that often, in milliseconds (PROTOCOL 7.1). */
const LEAST_PAUSE_MS = 500;
const EVERY_MS = 30_000;

/** The server stores one change in five seconds: what changed since the stored one is said again after so long. */
const AGAIN_MS = 5_500;

/** Tells the coordinator how the worker stands: soon after a change, and now and then. */
export class StatusReporter {
  #wake: (() => void) | null = null;
  #isChanged = false;
  #isToRepeat = false;

  constructor(
    private readonly settings: WorkerSettings,
    private readonly client: LockstepClient,
    private readonly session: WorkerSession,
    private readonly status: () => WorkerStatus & { readonly delayMs: number | null },
  ) {}

  changed(): void {
    this.#isChanged = true;
    this.#wake?.();
  }

  /** Report until the signal aborts. A lost report needs no retry; another one follows. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.settings.timing, LEAST_PAUSE_MS, signal);
      await this.#untilDue(this.#isToRepeat ? AGAIN_MS : EVERY_MS, signal);
      this.#isToRepeat = this.#isChanged;
      this.#isChanged = false;
      await this.report(signal);
    }
  }

  async report(signal: AbortSignal): Promise<void> {
    const { delayMs, error, ...status } = this.status();
    const input = { ...status, ...(delayMs === null ? {} : { delayMs }), ...(error === null ? {} : { error }) };
    await this.session.call(signal, (session) => this.client.reportShardStatus({ session, ...input }, signal));
  }

  #untilDue(afterMs: number, signal: AbortSignal): Promise<void> {
    if (this.#isChanged) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        stop();
        signal.removeEventListener('abort', finish);
        this.#wake = null;
        resolve();
      };
      const stop = this.settings.timing.after(afterMs, finish);
      signal.addEventListener('abort', finish);
      this.#wake = finish;
    });
  }
}
