import { EtcdStore } from '../../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { parseRevision } from '../../../src/core/model/revision';
import { parseStoredLockId } from '../../../src/core/wire/dm-lock-id';
import { formatDmKey, parseDmKey } from '../../../src/core/wire/dm-keys';
import { writeOptimisticOperation } from '../../../src/core/wire/optimistic-operation';

/** A coordinator that doesn't think: what the store and its client alone can do. */
export interface StubCoordinator {
  stop(): Promise<void>;
}

/** Answer every info at once, each with a transaction of its own, with the same DDL, whatever it says. */
export async function startStub(url: string): Promise<StubCoordinator> {
  const store = await EtcdStore.open({ urls: [url] }, new SystemClock());
  const abort = new AbortController();
  const from = parseRevision((await store.revision()) + 1);
  const prefix = '/dm-master/shardddl-optimism/info/';
  const following = (async () => {
    for await (const { changes } of store.watch([prefix], from, abort.signal)) {
      for (const change of changes) if (change.kind === 'put') void answer(store, change.key);
    }
  })();
  return {
    stop: async () => {
      abort.abort();
      await following;
      await store.close();
    },
  };
}

async function answer(store: EtcdStore, infoKey: string): Promise<void> {
  const info = parseDmKey(infoKey);
  if (info?.kind !== 'optimistic-info') throw new Error(`not an info: ${infoKey}`);
  const { task, table } = info;
  const value = writeOptimisticOperation({
    lockId: parseStoredLockId(`${task}-\`shop\`.\`orders\``),
    ...{ task, table, ddls: ['ALTER TABLE `shop`.`orders` ADD COLUMN `note` VARCHAR(255)'] },
    ...{ stage: 'none', message: '', columns: [], done: false },
  });
  const key = formatDmKey({ kind: 'optimistic-operation', task, table });
  await store.txn({ compares: [], then: [{ kind: 'put', key, value }] });
}
