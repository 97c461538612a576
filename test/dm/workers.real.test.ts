import { afterAll, beforeAll, it, jest } from '@jest/globals';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { SilentLogger } from '../support/silent-logger';
import { rollOutConflict, rollOutOptimistic, rollOutPessimistic } from './serve-workers';
import { useEtcd } from './use-etcd';

jest.setTimeout(60_000);

const etcd = useEtcd();
let server: RunningServer;

beforeAll(async () => {
  const options = { kind: 'etcd', options: { urls: [etcd().url] } } as const;
  server = await startServer({ store: options, host: '127.0.0.1', port: 0, logger: new SilentLogger() });
});

afterAll(async () => {
  await server.stop();
});

const sources = ['s1', 's2', 's3'].map(parseSourceId);

it('workers of DM are served on a real etcd, in both modes at once', async () => {
  await Promise.all([
    rollOutOptimistic(etcd().store, parseTaskName('opt'), sources),
    rollOutPessimistic(etcd().store, parseTaskName('pess'), sources),
    rollOutConflict(etcd().store, parseTaskName('renamed'), parseSourceId('s4')),
  ]);
});
