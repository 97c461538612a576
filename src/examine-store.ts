import { readDirectory } from './adapters/embedded/read-only';
import type { EtcdOptions } from './adapters/etcd/etcd-options';
import { SystemClock } from './adapters/system/system-clock';
import { FOLLOWED_PREFIXES, readFollowed } from './coordinator/follower';
import { examine } from './core/diagnosis/examine';
import type { Examination } from './core/diagnosis/examine';
import { loadEtcd } from './load-etcd';
import type { ReadableStore } from './ports/store';

export type { Examination };

/** How many compares and mutations a server puts into one write on an embedded store. */
const EMBEDDED_OPERATIONS = 10_000;

/**
 * Look at a store's directory as a server would when it starts, without a server and without changing anything.
 * @throws LockstepError INVALID_INPUT (there is no store), STORE_FOREIGN, STORE_DAMAGED
 */
export async function examineDirectory(directory: string): Promise<Examination> {
  const { values, revision } = await readDirectory(directory, FOLLOWED_PREFIXES);
  return examine({ values, revision, operationsPerWrite: EMBEDDED_OPERATIONS, nowMs: Date.now(), usage: null });
}

/**
 * Look at the keys in an etcd, DM's or our own, as a server would when it starts; it is only read.
 * @throws LockstepError STORE_UNAVAILABLE, STORE_COMPACTED
 */
export async function examineEtcd(options: EtcdOptions): Promise<Examination> {
  const { EtcdStore } = loadEtcd();
  const store = await EtcdStore.open(options, new SystemClock());
  try {
    return await examineReadable(store, store.limits.operationsPerTransaction);
  } finally {
    await store.close();
  }
}

async function examineReadable(store: ReadableStore, operationsPerWrite: number): Promise<Examination> {
  const revision = await store.revision();
  const values = await readFollowed(store, revision);
  const usage = (await store.upkeep?.usage()) ?? null;
  return examine({ values, revision, operationsPerWrite, nowMs: Date.now(), usage });
}
