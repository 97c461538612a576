import { randomUUID } from 'node:crypto';
import { LockstepError } from '../../src/core/model/error';
import { VERSION } from '../../src/core/model/version';
import type { LockstepClient } from '../client/client';
import type { ShardSessionInput } from '../client/messages';
import { pause } from '../client/pauses';
import { asLockstepError } from './as-lockstep-error';
import type { WorkerEvents } from './worker-event';
import type { WorkerSettings } from './worker-options';

/** What a new session has to be told before anything else. */
export type Introduce = (session: ShardSessionInput, signal: AbortSignal) => Promise<void>;

/**
 * The worker's session: registers, renews, and registers again when the lease ran out while the worker was cut off. That
 * another process has taken the source over is final.
 */
export class WorkerSession {
  #session: ShardSessionInput | null = null;
  /** Of the last message, so that one that comes late is known (PROTOCOL 2.7). */
  #sequence = 0;
  /** Of this process, so that a registration that is repeated ends nothing (PROTOCOL 2.3). */
  readonly #instance = randomUUID();
  #ttlMs: number;
  /** When the last renewal (or registration) that was answered was sent. */
  #renewedMs = 0;
  #recovery: Promise<void> | null = null;

  constructor(
    private readonly client: LockstepClient,
    private readonly settings: WorkerSettings,
    private readonly events: WorkerEvents,
    private readonly introduce: Introduce,
  ) {
    this.#ttlMs = settings.limits.ttlMs;
  }

  /** Which registration the worker goes by, for what isn't sent with the session; empty before the first one. */
  get place(): { readonly epoch?: string } {
    return this.#session === null ? {} : { epoch: this.#session.epoch };
  }

  /** Begin. @throws LockstepError TASK_MODE_CONFLICT, SOURCE_BOUND_BY_DM, SOURCE_EXCLUDED, … */
  async open(signal: AbortSignal): Promise<void> {
    await this.#register(signal, false);
  }

  /**
   * Send a message with the session; with the new one again if the session was lost.
   * @throws LockstepError STALE_SESSION if another process has taken over
   */
  async call<T>(signal: AbortSignal, send: (session: ShardSessionInput) => Promise<T>): Promise<T> {
    for (;;) {
      const session = this.#session;
      if (session === null) throw new LockstepError('INTERNAL', 'a message before the registration');
      try {
        this.#sequence += 1;
        return await send({ ...session, sequence: this.#sequence });
      } catch (error) {
        if (!isStale(error)) throw error;
        await this.#recover(session, error, signal);
      }
    }
  }

  /** Renew until the signal aborts. */
  async keep(signal: AbortSignal): Promise<void> {
    const { timing } = this.settings;
    while (!signal.aborted) {
      await pause(timing, this.#ttlMs / 3, signal);
      const sentMs = timing.monotonicMs();
      await this.#renew(signal);
      this.#renewedMs = Math.max(this.#renewedMs, sentMs);
    }
  }

  /** End the session; the source stays a part of its task. */
  async leave(signal: AbortSignal): Promise<void> {
    const session = this.#session;
    if (session !== null) await this.client.leaveShardWorker({ session }, signal);
  }

  async #register(signal: AbortSignal, again: boolean): Promise<void> {
    const { name, task, mode, source, expectedSources, limits, timing } = this.settings;
    const sentMs = timing.monotonicMs();
    const input = {
      worker: name,
      instance: this.#instance,
      version: VERSION,
      task,
      source,
      mode: mode === 'pessimistic' ? ('PESSIMISTIC' as const) : ('OPTIMISTIC' as const),
      ttlMs: limits.ttlMs,
      ...(expectedSources === undefined ? {} : { expectedSources }),
    };
    const { id, ttlMs, epoch } = await this.client.registerShardWorker(input, signal);
    const session = { task, source, id, epoch };
    this.#ttlMs = ttlMs;
    this.#renewedMs = sentMs;
    if (!(await this.#hasIntroduced(session, signal))) return this.#register(signal, again);
    this.#session = session;
    this.events.emit({ kind: 'registered', session: id, ttlMs, again });
  }

  /** Whether the new session was told everything; not if its lease has run out before. */
  async #hasIntroduced(session: ShardSessionInput, signal: AbortSignal): Promise<boolean> {
    try {
      await this.introduce(session, signal);
      return true;
    } catch (error) {
      if (!isStale(error) || isTakenOver(error)) throw error;
      return false;
    }
  }

  /** One recovery for all who find the session stale. */
  async #recover(stale: ShardSessionInput, error: LockstepError, signal: AbortSignal): Promise<void> {
    if (this.#session !== stale) return;
    if (this.#recovery === null) {
      if (isTakenOver(error)) throw error;
      this.#recovery = this.#register(signal, true).finally(() => {
        this.#recovery = null;
      });
    }
    await this.#recovery;
  }

  /** Renew, and tell if that takes long. A listener's error ends the renewal: from a timer it would end the process. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { timing } = this.settings;
    await new Promise<void>((resolve, reject) => {
      const stop = timing.after(this.#ttlMs / 3, () => {
        try {
          this.events.emit({ kind: 'stalled', sinceMs: timing.monotonicMs() - this.#renewedMs });
        } catch (error) {
          reject(asLockstepError(error));
        }
      });
      this.call(signal, (session) => this.client.renewShardWorker({ session }, signal))
        .finally(stop)
        .then(() => resolve(), reject);
    });
  }
}

function isTakenOver({ fields }: LockstepError): boolean {
  return fields['takenOver'] === 'true';
}

function isStale(error: unknown): error is LockstepError {
  return error instanceof LockstepError && error.code === 'STALE_SESSION';
}
