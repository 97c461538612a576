import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { EtcdSmokeAdapter } from '../../support/etcd-smoke-adapter';
import { startEtcd } from '../../support/etcd-server';
import type { EtcdServer } from '../../support/etcd-server';
import { describeStore } from '../store-suite/describe-store';

jest.setTimeout(60_000);

/** etcd gives whole seconds, two at least with its usual election timeout, and looks for ended leases now and then. */
const TTL_MS = 2_000;
const LATE_MS = 1_500;

let server: EtcdServer;
let tests = 0;

beforeAll(async () => {
  server = await startEtcd();
});
afterAll(() => server.stop());

describeStore(
  'etcd',
  () => {
    const store = new EtcdSmokeAdapter(server.url);
    tests += 1;
    return Promise.resolve({
      store,
      root: `/test-${tests}/`,
      ttlMs: TTL_MS,
      pass: async (ms) => {
        await sleep(ms >= TTL_MS ? ms + LATE_MS : ms);
      },
      compactTo: (revision) => store.compactTo(revision),
      close: () => store.close(),
    });
  },
  { only: 'meaning', modelRuns: 200 },
);
