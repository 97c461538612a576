import { LockstepError } from '../core/model/error';
import type { Revision } from '../core/model/revision';
import type { Compare } from '../core/model/store';
import { DM_LEADER_PREFIX } from '../core/wire/dm-keys';
import { LOCKSTEP_LEADER_KEY } from '../core/wire/lockstep-keys';
import type { Clock, StopTimer } from '../ports/clock';
import type { Lease, Store } from '../ports/store';

/** The leadership of a server: it holds while the leader's key is as this server put it. */
export interface Leadership {
  /** The revision at which the key was taken. */
  readonly revision: Revision;
  /** What every write of the leader compares. */
  readonly compares: readonly Compare[];
  /** Let the next one lead at once. Harmless when repeated, and when the leadership is lost. */
  release(): Promise<void>;
}

/** How a server comes to lead. */
export interface ElectionOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Names this server in the leader's key. */
  readonly serverId: string;
  /** How long a leader that is silent stays one, in milliseconds; null: no other process has this store. */
  readonly leaseMs: number | null;
}

/** A renewal is asked for so many times within the lease. */
const RENEWALS = 4;

/** How long after a renewal that failed the next one comes, in milliseconds. */
const RETRY_MS = 500;

/**
 * Try to take the leader's key.
 * @param onLost the lease has ended, or may have: it wasn't renewed in time
 * @returns null if another server leads
 * @throws LockstepError DM_LEADS; STORE_UNAVAILABLE
 */
export async function tryToLead(
  options: ElectionOptions,
  onLost: (reason: string) => void,
): Promise<Leadership | null> {
  const { store, clock, serverId, leaseMs } = options;
  const begunMs = clock.monotonicMs();
  const lease = leaseMs === null ? null : await store.grant(leaseMs);
  const renewal = lease === null ? null : new LeaseRenewal(store, clock, lease, begunMs, onLost);
  const release = async (): Promise<void> => {
    await renewal?.end();
  };
  try {
    const { succeeded, revision } = await store.txn({
      compares: [
        { kind: 'absent', prefix: DM_LEADER_PREFIX },
        // Without a lease the key is that of a process which has ended.
        ...(lease === null ? [] : [{ kind: 'version', key: LOCKSTEP_LEADER_KEY, operator: '=', value: 0 } as const]),
      ],
      then: [
        {
          kind: 'put',
          key: LOCKSTEP_LEADER_KEY,
          value: JSON.stringify({ v: 1, id: serverId }),
          ...(lease === null ? {} : { lease: lease.id }),
        },
      ],
    });
    if (succeeded) return { revision, compares: leaderCompares(revision), release };
  } catch (error) {
    // It may have been taken all the same.
    await release();
    throw error;
  }
  await release();
  if ((await store.range(DM_LEADER_PREFIX)).values.length > 0)
    throw new LockstepError('DM_LEADS', 'a dm-master leads on this store');
  if (lease === null) throw new LockstepError('CONTENTION', 'a dm-master has just led on this store');
  return null;
}

function leaderCompares(revision: Revision): readonly Compare[] {
  return [
    { kind: 'modRevision', key: LOCKSTEP_LEADER_KEY, operator: '=', value: revision },
    { kind: 'absent', prefix: DM_LEADER_PREFIX },
  ];
}

/** Renews a lease until it ends, or may have ended: then this server must not think any more that it leads. */
class LeaseRenewal {
  #stopRenewing: StopTimer = () => undefined;
  #stopDeadline: StopTimer = () => undefined;
  #ended = false;

  /** @param grantedMs when the lease was asked for: it lives at least a time to live from then on */
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
