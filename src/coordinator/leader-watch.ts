import type { Revision } from '../core/model/revision';
import type { Batch, KeyValue } from '../core/model/store';
import { DM_LEADER_PREFIX } from '../core/wire/dm-keys';
import { LOCKSTEP_LEADER_KEY } from '../core/wire/lockstep-keys';

/** Who leads on this store, as the changes tell. */
export class LeaderWatch {
  #leader: Revision | null = null;
  #dmLeaders = new Set<string>();

  /** The revision at which the leader took its key; null: nobody leads. */
  get leader(): Revision | null {
    return this.#leader;
  }

  /** Whether a dm-master leads: then no server of ours may. */
  get dmLeads(): boolean {
    return this.#dmLeaders.size > 0;
  }

  /** Begin with everything that is stored. */
  rebuild(values: readonly KeyValue[]): void {
    this.#leader = values.find(({ key }) => key === LOCKSTEP_LEADER_KEY)?.modRevision ?? null;
    this.#dmLeaders = new Set(values.map(({ key }) => key).filter((key) => key.startsWith(DM_LEADER_PREFIX)));
  }

  /** The store's next changes. */
  apply({ changes }: Batch): void {
    for (const { kind, key, modRevision } of changes) {
      if (key === LOCKSTEP_LEADER_KEY) this.#leader = kind === 'put' ? modRevision : null;
      if (!key.startsWith(DM_LEADER_PREFIX)) continue;
      if (kind === 'put') this.#dmLeaders.add(key);
      else this.#dmLeaders.delete(key);
    }
  }
}
