import { afterAll, beforeAll, it, jest } from '@jest/globals';
import { EtcdStore } from '../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { EtcdServer } from '../support/etcd-server';
import { SilentLogger } from '../support/silent-logger';
import { rollOutConflict, rollOutOptimistic, rollOutPessimistic } from './serve-workers';

jest.setTimeout(60_000);

let etcd: EtcdServer;
let store: EtcdStore;
let server: RunningServer;

beforeAll(async () => {
  etcd = await EtcdServer.start();
  store = await EtcdStore.open({ urls: [etcd.url] }, new SystemClock());
  const options = { kind: 'etcd', options: { urls: [etcd.url] } } as const;
  server = await startServer({ store: options, host: '127.0.0.1', port: 0, logger: new SilentLogger() });
});

afterAll(async () => {
  await server.stop();
  await store.close();
  await etcd.stop();
});

const sources = ['s1', 's2', 's3'].map(parseSourceId);

it('workers of DM are served on a real etcd, in both modes at once', async () => {
  await Promise.all([
    rollOutOptimistic(store, parseTaskName('opt'), sources),
    rollOutPessimistic(store, parseTaskName('pess'), sources),
    rollOutConflict(store, parseTaskName('renamed'), parseSourceId('s4')),
  ]);
});
