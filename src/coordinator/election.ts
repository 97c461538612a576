import { LockstepError } from '../core/model/error';
import type { Revision } from '../core/model/revision';
import type { Compare } from '../core/model/store';
import { DM_LEADER_PREFIX } from '../core/wire/dm-keys';
import { LOCKSTEP_LEADER_KEY } from '../core/wire/lockstep-keys';
import { writeLeaderRecord } from '../core/wire/member-record';
import type { Clock } from '../ports/clock';
import type { Store } from '../ports/store';
import { dmLeadsError, lookForDm } from './leader-watch';
import { LeaseRenewal } from './lease-renewal';

/** The leadership of a server: it holds while the leader's key is as this server put it. */
export interface Leadership {
  /** The revision at which the key was taken. */
  readonly revision: Revision;
  /** What every write of the leader compares. */
  readonly compares: readonly Compare[];
  /** Whether it holds now, by the store's own word. @throws LockstepError STORE_UNAVAILABLE */
  stands(): Promise<boolean>;
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
  if ((await lookForDm(store)).dmLeads) throw dmLeadsError();
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
          value: writeLeaderRecord({ id: serverId }),
          ...(lease === null ? {} : { lease: lease.id }),
        },
      ],
    });
    if (succeeded) {
      const compares = leaderCompares(revision);
      const stands = async (): Promise<boolean> => (await store.txn({ compares, then: [] })).succeeded;
      return { revision, compares, stands, release };
    }
  } catch (error) {
    // It may have been taken all the same.
    await release();
    throw error;
  }
  await release();
  if ((await lookForDm(store)).dmLeads) throw dmLeadsError();
  if (lease === null) throw new LockstepError('CONTENTION', 'a dm-master has just led on this store');
  return null;
}

function leaderCompares(revision: Revision): readonly Compare[] {
  return [
    { kind: 'modRevision', key: LOCKSTEP_LEADER_KEY, operator: '=', value: revision },
    { kind: 'absent', prefix: DM_LEADER_PREFIX },
  ];
}
