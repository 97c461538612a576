import { LockstepError } from '../core/model/error';
import type { Lease, Store } from '../ports/store';
import type { SessionRef } from './service';

/**
 * The leases on which sessions live. A server knows only those that it granted; a worker renews at the server that it
 * registered with, or registers anew at another.
 */
export class SessionLeases {
  readonly #leases = new Map<string, Lease>();

  constructor(private readonly store: Store) {}

  /** Remember the lease of a session. */
  remember(sessionId: string, lease: Lease): void {
    this.#leases.set(sessionId, lease);
  }

  /** Renew the lease of a session; its time to live in milliseconds, or null if it has ended. */
  async renew({ sessionId }: SessionRef): Promise<number | null> {
    const lease = this.#leases.get(sessionId);
    if (lease === undefined) return null;
    try {
      await this.store.keepAlive(lease.id);
      return lease.ttlMs;
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== 'LEASE_ENDED') throw error;
      this.#leases.delete(sessionId);
      return null;
    }
  }

  /** End the lease of a session. */
  async revoke({ sessionId }: SessionRef): Promise<void> {
    const lease = this.#leases.get(sessionId);
    if (lease === undefined) return;
    this.#leases.delete(sessionId);
    await this.store.revoke(lease.id);
  }
}
