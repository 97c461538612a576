import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { ask } from '../graphql/plain-client';
import { SilentLogger } from '../support/silent-logger';
import { RunningWorker } from './running-worker';

let server: RunningServer;
let number = 0;
const workers: RunningWorker[] = [];

beforeAll(async () => {
  server = await startServer({ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger: new SilentLogger() });
});

afterAll(() => server.stop());

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});

async function start(
  options: Partial<Parameters<typeof RunningWorker.start>[0]> = {},
  parts: Parameters<typeof RunningWorker.start>[1] = {},
): Promise<RunningWorker> {
  const worker = await RunningWorker.start({ url: server.url, task: `task-${number}`, ...options }, parts);
  workers.push(worker);
  return worker;
}

const locks = (): Promise<unknown> => ask(server.url, '{ shardLocks(first: 10) { totalCount } }');
const untilNoLock = async (): Promise<void> => {
  for (let tries = 0; JSON.stringify(await locks()) !== '{"totalCount":0}'; tries += 1) {
    if (tries > 100) throw new Error(`locks stay: ${JSON.stringify(await locks())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c` INT';

describe('an optimistic worker', () => {
  it('applies rows, coordinates a DDL of each shard, and goes on', async () => {
    number += 1;
    const worker = await start();
    worker.upstream.insert('t1', { id: 1 });
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    worker.upstream.insert('t1', { id: 2, c: 1 });
    worker.upstream.insert('t2', { id: 3 });
    worker.upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
    worker.upstream.insert('t2', { id: 4, c: 2 });
    await worker.caughtUp();
    const { log } = worker.downstream;
    expect(log.filter((line) => line.startsWith('t')).sort()).toEqual(['t1:1', 't1:2', 't2:3', 't2:4']);
    expect(log.indexOf('t1:1')).toBeLessThan(log.indexOf(ADD));
    expect(log.indexOf(ADD)).toBeLessThan(log.indexOf('t1:2'));
    expect(worker.downstream.ddls).toEqual([ADD, ADD]);
    await untilNoLock();
  });
});
