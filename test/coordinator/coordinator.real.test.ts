import { afterAll, beforeAll, jest } from '@jest/globals';
import { EtcdStore } from '../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { EtcdServer } from '../support/etcd-server';
import { describeCoordinator } from './coordinator-suite';

jest.setTimeout(30_000);

let server: EtcdServer;

beforeAll(async () => {
  server = await EtcdServer.start();
});
afterAll(() => server.stop());

describeCoordinator('etcd', async () => {
  const store = await EtcdStore.open({ urls: [server.url] }, new SystemClock());
  await store.txn({ compares: [], then: [{ kind: 'delete-prefix', prefix: '' }] });
  return store;
});
