import { LockstepError } from '../core/model/error';
import type { Revision } from '../core/model/revision';
import type { Batch, KeyValue } from '../core/model/store';
import { DM_LEADER_PREFIX } from '../core/wire/dm-keys';
import { LOCKSTEP_LEADER_KEY } from '../core/wire/lockstep-keys';
import type { ReadableStore } from '../ports/store';

/** Who leads on this store, as the changes tell. */
export class LeaderWatch {
  #leader: Revision | null = null;
  #dmLeaders = new Set<string>();
  /** What only DM writes. */
  #dmKeys = new Set<string>();

  /** The revision at which the leader took its key; null: nobody leads. */
  get leader(): Revision | null {
    return this.#leader;
  }

  /** Whether a dm-master leads: then no server of ours may. */
  get dmLeads(): boolean {
    return this.#dmLeaders.size > 0;
  }

  /** Whether DM lives on this store, or has: then it isn't ours alone. */
  get isShared(): boolean {
    return this.#dmKeys.size > 0;
  }

  /** Begin with everything that is stored. */
  rebuild(values: readonly KeyValue[]): void {
    this.#leader = values.find(({ key }) => key === LOCKSTEP_LEADER_KEY)?.modRevision ?? null;
    const keys = values.map(({ key }) => key);
    this.#dmLeaders = new Set(keys.filter((key) => key.startsWith(DM_LEADER_PREFIX)));
    this.#dmKeys = new Set(keys.filter(isOnlyOfDm));
  }

  /** The store's next changes. */
  apply({ changes }: Batch): void {
    for (const { kind, key, modRevision } of changes) {
      if (key === LOCKSTEP_LEADER_KEY) this.#leader = kind === 'put' ? modRevision : null;
      if (key.startsWith(DM_LEADER_PREFIX)) note(this.#dmLeaders, kind, key);
      if (isOnlyOfDm(key)) note(this.#dmKeys, kind, key);
    }
  }
}

/**
 * Whether a dm-master leads, by the store's own word, and the store's last revision. Who would be granted a lease looks
 * first, since a grant can't compare anything. @throws LockstepError STORE_UNAVAILABLE
 */
export async function lookForDm(store: Pick<ReadableStore, 'range'>): Promise<{
  readonly dmLeads: boolean;
  readonly revision: Revision;
}> {
  const { values, revision } = await store.range(DM_LEADER_PREFIX);
  return { dmLeads: values.length > 0, revision };
}

/** That a dm-master leads. */
export function dmLeadsError(): LockstepError {
  return new LockstepError('DM_LEADS', 'a dm-master leads on this store; this server writes nothing');
}

function note(keys: Set<string>, kind: 'put' | 'delete', key: string): void {
  if (kind === 'put') keys.add(key);
  else keys.delete(key);
}

/** Reports, operations and the like, which workers of both kinds have, stand under DM's prefixes too. */
function isOnlyOfDm(key: string): boolean {
  return key.startsWith('/dm-worker/') || (key.startsWith('/dm-master/') && !key.startsWith('/dm-master/shardddl-'));
}
