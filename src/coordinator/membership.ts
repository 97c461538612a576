import { LockstepError } from '../core/model/error';
import { DM_LEADER_PREFIX } from '../core/wire/dm-keys';
import { formatLockstepKey } from '../core/wire/lockstep-keys';
import { writeMemberRecord } from '../core/wire/member-record';
import { VERSION } from '../core/model/version';
import type { Clock } from '../ports/clock';
import type { Store } from '../ports/store';
import { pause } from './follower';
import { lookForDm } from './leader-watch';
import { LeaseRenewal } from './lease-renewal';

/** Which server says that it runs, and where. */
export interface MembershipOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly serverId: string;
  /** How long it is taken to run after it was heard of last, in milliseconds. */
  readonly leaseMs: number;
}

/** How long a server waits before it says again that it runs, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * Say on the store that this server runs, until `signal` aborts: with a lease, which is taken anew whenever it was lost.
 * Beside a dm-master nothing is written, and no lease is asked for.
 */
export async function keepMembership(options: MembershipOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await beMember(options, signal);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
    }
    await pause(options.clock, RETRY_MS, signal);
  }
}

/** Resolves when the lease is lost, a dm-master leads before there is one, or `signal` aborts; then nothing of it is left behind. */
async function beMember({ store, clock, serverId, leaseMs }: MembershipOptions, signal: AbortSignal): Promise<void> {
  if ((await lookForDm(store)).dmLeads) return;
  const lost = new AbortController();
  const begunMs = clock.monotonicMs();
  const lease = await store.grant(leaseMs);
  const renewal = new LeaseRenewal(store, clock, lease, begunMs, () => lost.abort());
  try {
    const key = formatLockstepKey({ kind: 'member', id: serverId });
    const value = writeMemberRecord({ version: VERSION });
    const { succeeded } = await store.txn({
      compares: [{ kind: 'absent', prefix: DM_LEADER_PREFIX }],
      then: [{ kind: 'put', key, value, lease: lease.id }],
    });
    if (succeeded) await aborted(AbortSignal.any([signal, lost.signal]));
  } finally {
    await renewal.end();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
