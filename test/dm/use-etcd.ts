import { afterAll, beforeAll } from '@jest/globals';
import { EtcdStore } from '../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { EtcdServer } from '../support/etcd-server';

/** An etcd of the tests of one file, as a DM cluster has it, and a way to write there what the cluster writes. */
export interface UsedEtcd {
  readonly url: string;
  readonly store: EtcdStore;
}

/** It starts before the tests and ends behind them. @returns what has it, once tests run */
export function useEtcd(): () => UsedEtcd {
  let etcd: EtcdServer | null = null;
  let store: EtcdStore | null = null;
  beforeAll(async () => {
    etcd = await EtcdServer.start();
    store = await EtcdStore.open({ urls: [etcd.url] }, new SystemClock());
  });
  afterAll(async () => {
    await store?.close();
    await etcd?.stop();
  });
  return () => {
    if (etcd === null || store === null) throw new Error('the etcd isn’t there yet');
    return { url: etcd.url, store };
  };
}
