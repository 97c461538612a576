import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { EtcdStore } from '../../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { EtcdServer } from '../../support/etcd-server';
import { describeStore } from '../store-suite/describe-store';

jest.setTimeout(60_000);

/** etcd gives whole seconds, two at least with its usual election timeout, and looks for ended leases now and then. */
const TTL_MS = 2_000;
const LATE_MS = 1_500;

let server: EtcdServer;
let tests = 0;

beforeAll(async () => {
  server = await EtcdServer.start();
});
afterAll(() => server.stop());

describeStore(
  'etcd store',
  async () => {
    const store = await EtcdStore.open({ urls: [server.url] }, new SystemClock());
    tests += 1;
    return {
      store,
      root: `/test-${tests}/`,
      ttlMs: TTL_MS,
      pass: async (ms) => {
        await sleep(ms >= TTL_MS ? ms + LATE_MS : ms);
      },
      compactTo: (revision) => server.compactTo(revision),
      watchesCompacted: false,
      close: () => store.close(),
    };
  },
  { modelRuns: 200 },
);
