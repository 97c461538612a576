import { LockstepError } from '../core/model/error';
import type { Clock, StopTimer } from '../ports/clock';
import type { Lease, Store } from '../ports/store';

/** A renewal is asked for so many times within the lease. */
const RENEWALS = 4;

/** How long after a renewal that failed the next one comes, in milliseconds. */
const RETRY_MS = 500;

/** Renews a lease until it ends, or may have ended: then this server must not think any more that it has what hangs on it. */
export class LeaseRenewal {
  #stopRenewing: StopTimer = () => undefined;
  #stopDeadline: StopTimer = () => undefined;
  #ended = false;

  /**
   * @param grantedMs when the lease was asked for: it lives at least a time to live from then on
   * @param onLost it has ended, or may have, and isn't renewed any more; not called after `end`
   */
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly lease: Lease,
    grantedMs: number,
    private readonly onLost: (reason: string) => void,
  ) {
    this.#renewed(grantedMs);
  }

  /** End the lease; a store that can't be reached ends it by itself in time. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#finish();
    try {
      await this.store.revoke(this.lease.id);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
    }
  }

  #finish(): void {
    this.#ended = true;
    this.#stopRenewing();
    this.#stopDeadline();
  }

  /** The lease lives on from when its renewal was asked for. */
  #renewed(askedMs: number): void {
    const { ttlMs } = this.lease;
    this.#stopDeadline();
    // A renewal that is under way may take longer than the lease lives.
    this.#stopDeadline = this.clock.after(Math.max(0, askedMs + ttlMs - this.clock.monotonicMs()), () =>
      this.#lose('the lease wasn’t renewed in time'),
    );
    this.#schedule(ttlMs / RENEWALS);
  }

  async #renew(): Promise<void> {
    const askedMs = this.clock.monotonicMs();
    try {
      await this.store.keepAlive(this.lease.id);
      if (!this.#ended) this.#renewed(askedMs);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      if (error.code === 'LEASE_ENDED') this.#lose('the lease has ended');
      else if (!this.#ended) this.#schedule(RETRY_MS);
    }
  }

  #lose(reason: string): void {
    if (this.#ended) return;
    this.#finish();
    this.onLost(reason);
  }

  #schedule(delayMs: number): void {
    this.#stopRenewing = this.clock.after(delayMs, () => void this.#renew());
  }
}
