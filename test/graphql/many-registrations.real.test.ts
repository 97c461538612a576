import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { startServer } from '../../src/server';
import { EtcdServer } from '../support/etcd-server';
import { SilentLogger } from '../support/silent-logger';
import { registerMany } from './register-many';

describe('200 sources of one task that register at once', () => {
  let etcd: EtcdServer;
  const servers: Awaited<ReturnType<typeof startServer>>[] = [];

  beforeAll(async () => {
    etcd = await EtcdServer.start();
    const store = { kind: 'etcd', options: { urls: [etcd.url] } } as const;
    for (let count = 0; count < 2; count += 1)
      servers.push(await startServer({ store, host: '127.0.0.1', port: 0, logger: new SilentLogger() }));
  }, 60_000);

  afterAll(async () => {
    for (const server of servers) await server.stop();
    await etcd.stop();
  }, 60_000);

  it('get their sessions from two servers on one etcd, which change the task against each other', async () => {
    await registerMany(servers.map(({ url }) => url));
  }, 120_000);
});
