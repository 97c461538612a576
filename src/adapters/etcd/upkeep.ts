import { LockstepError } from '../../core/model/error';
import type { Revision } from '../../core/model/revision';
import type { StoreUsage } from '../../core/model/store';
import type { StoreUpkeep } from '../../ports/store';
import type { Endpoints } from './endpoints';

/** What must be done for an etcd that nobody else looks after. */
export class EtcdUpkeep implements StoreUpkeep {
  /** @param quotaBytes etcd before 3.6 doesn't say it */
  constructor(
    private readonly endpoints: Endpoints,
    private readonly quotaBytes: number,
  ) {}

  /** Of the member that answers: each has its own file, and the first that is full stops all of them. */
  async usage(): Promise<StoreUsage> {
    const { dbSize } = await this.endpoints.call('repeatable', (client, options) => client.maintenance.status(options));
    return { bytes: Number(dbSize), quotaBytes: this.quotaBytes };
  }

  async compact(before: Revision): Promise<void> {
    try {
      await this.endpoints.call('repeatable', (client, options) =>
        client.kv.compact({ revision: before, physical: false }, options),
      );
    } catch (error) {
      // Somebody was faster, or this is a repetition.
      if (!(error instanceof LockstepError) || error.code !== 'STORE_COMPACTED') throw error;
    }
  }
}
