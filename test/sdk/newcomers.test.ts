import { afterEach, describe, expect, it } from '@jest/globals';
import type { ShardWorkerOptions } from '../../sdk';
import { ask } from '../graphql/plain-client';
import { useServer } from '../support/use-server';
import { RunningWorker } from './running-worker';
import type { WorkerParts } from './running-worker';

const server = useServer();
let number = 0;
const workers: RunningWorker[] = [];

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});

async function start(mode: ShardWorkerOptions['mode'], parts: WorkerParts = {}): Promise<RunningWorker> {
  const options = { url: server.url, task: `newcomers-${number}`, mode, expectedSources: ['s1'] };
  const worker = await RunningWorker.start(options, parts);
  workers.push(worker);
  return worker;
}

async function untilNoLock(): Promise<void> {
  const id = `newcomers-${number}-\`shard_db\`.\`shard_table\``;
  for (let tries = 0; tries < 200; tries += 1) {
    const lock: unknown = await ask(server.url, 'query ($id: ID!) { shardLock(id: $id) { id } }', { id });
    if (lock === null) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the lock stays');
}

/** Before this the shard's rows aren't in the log, behind it they are. */
function expectBetween(log: readonly string[], ddl: RegExp, row: string): void {
  const executed = log.findIndex((line) => ddl.test(line));
  expect(executed).toBeGreaterThanOrEqual(0);
  expect(log.indexOf(row)).toBeGreaterThan(executed);
}

const ADD_C = /ADD COLUMN `c`/u;
const NOT_NOW = { kind: 'failed', reason: 'not now', retryable: false } as const;
const modes = ['optimistic', 'pessimistic'] as const;

describe('a shard that is created with what its siblings don’t have yet', () => {
  it('optimistic: meets the difference as a DDL, before its rows', async () => {
    number += 1;
    const worker = await start('optimistic');
    worker.upstream.insert('t1', { id: 1 });
    worker.upstream.ddl('CREATE TABLE t3 (id INT NOT NULL PRIMARY KEY, c INT, KEY k (c), d BIGINT)');
    worker.upstream.insert('t3', { id: 2, c: 1, d: 1 });
    worker.upstream.insert('t1', { id: 3 });
    await worker.caughtUp();
    for (const ddl of [ADD_C, /ADD COLUMN `d`/u]) expectBetween(worker.log, ddl, 't3:2');
    expect(worker.log.filter((line) => line.startsWith('t1:'))).toEqual(['t1:1', 't1:3']);
    for (const table of ['t1', 't2'])
      worker.upstream.ddl(`ALTER TABLE ${table} ADD COLUMN c INT, ADD KEY k (c), ADD COLUMN d BIGINT`);
    await worker.caughtUp();
    await untilNoLock();
  });

  it('optimistic: doesn’t guess whether a column is new or renamed: the downstream tells that it lacks it', async () => {
    number += 1;
    const worker = await start('optimistic');
    for (const table of ['t1', 't2']) worker.upstream.ddl(`ALTER TABLE ${table} ADD COLUMN c INT`);
    await worker.caughtUp();
    worker.upstream.ddl('CREATE TABLE t3 (id INT NOT NULL PRIMARY KEY, d INT)');
    worker.upstream.insert('t3', { id: 2, d: 1 });
    await worker.caughtUp();
    expect(worker.log.at(-1)).toBe('t3:2');
    expect(worker.downstream.ddls.filter((ddl) => ddl.startsWith('ALTER'))).toHaveLength(2);
  });

  it('optimistic: waits with a column that must be given until the others have it, then is redirected', async () => {
    number += 1;
    const worker = await start('optimistic');
    worker.upstream.ddl('CREATE TABLE t3 (id INT NOT NULL PRIMARY KEY, c INT NOT NULL)');
    worker.upstream.insert('t3', { id: 2, c: 1 });
    worker.upstream.insert('t1', { id: 3 });
    expect(await worker.until('operation-taken')).toMatchObject({ stage: 'SKIP_WAIT_REDIRECT' });
    for (const table of ['t1', 't2']) worker.upstream.ddl(`ALTER TABLE ${table} ADD COLUMN c INT NOT NULL`);
    await worker.until('redirected');
    await worker.caughtUp();
    expectBetween(worker.log, ADD_C, 't3:2');
    await untilNoLock();
  });

  it.each<[string, string, RegExp]>([
    ['a wider column', '(id BIGINT NOT NULL PRIMARY KEY)', /MODIFY COLUMN `id` BIGINT/u],
    ['an expression as default', "(id INT NOT NULL PRIMARY KEY, c VARCHAR(9) NOT NULL DEFAULT 'a''b')", ADD_C],
    ['a generated column', '(id INT NOT NULL PRIMARY KEY, c INT AS (id + 1) VIRTUAL)', ADD_C],
  ])('optimistic: so with %s', async (_what, columns, ddl) => {
    number += 1;
    const worker = await start('optimistic');
    worker.upstream.ddl(`CREATE TABLE t3 ${columns}`);
    worker.upstream.insert('t3', { id: 2 });
    await worker.caughtUp();
    expectBetween(worker.log, ddl, 't3:2');
  });

  it.each<[string, string]>([
    ['fewer columns', '(id INT NOT NULL PRIMARY KEY)'],
    ['other indexes', '(id INT NOT NULL PRIMARY KEY, c INT, KEY k (c))'],
    ['another collation', '(id INT NOT NULL PRIMARY KEY, c INT) DEFAULT CHARSET latin1'],
  ])('%s keep nobody waiting', async (_what, columns) => {
    for (const mode of modes) {
      number += 1;
      const worker = await start(mode);
      for (const table of ['t1', 't2']) worker.upstream.ddl(`ALTER TABLE ${table} ADD COLUMN c INT`);
      await worker.caughtUp();
      await untilNoLock();
      worker.upstream.ddl(`CREATE TABLE t3 ${columns}`);
      worker.upstream.insert('t3', { id: 2 });
      await worker.caughtUp();
      expect(worker.log.at(-1)).toBe('t3:2');
      await untilNoLock();
    }
  });

  it('pessimistic: waits until they meet it, whether created before that or when some have', async () => {
    for (const isFirst of [true, false]) {
      number += 1;
      const worker = await start('pessimistic');
      if (!isFirst) worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
      worker.upstream.ddl('CREATE TABLE t3 (id INT NOT NULL PRIMARY KEY, c INT, d INT)');
      worker.upstream.insert('t3', { id: 2, c: 1, d: 1 });
      worker.upstream.insert('t2', { id: 3 });
      if (isFirst) worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
      worker.upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
      await worker.until('acknowledged');
      expect(worker.log).not.toContain('t3:2');
      for (const table of ['t1', 't2']) worker.upstream.ddl(`ALTER TABLE ${table} ADD COLUMN d INT`);
      await worker.caughtUp();
      expectBetween(worker.log, /ADD COLUMN `d`/u, 't3:2');
      expect(worker.downstream.ddls.filter((ddl) => ddl.startsWith('ALTER'))).toHaveLength(2);
      await untilNoLock();
    }
  });

  it('pessimistic: one without what its siblings then drop has met that', async () => {
    number += 1;
    const worker = await start('pessimistic');
    for (const table of ['t1', 't2']) worker.upstream.ddl(`ALTER TABLE ${table} ADD COLUMN c INT`);
    worker.upstream.ddl('CREATE TABLE t3 (id INT NOT NULL PRIMARY KEY)');
    worker.upstream.insert('t3', { id: 1 });
    for (const table of ['t1', 't2']) worker.upstream.ddl(`ALTER TABLE ${table} DROP COLUMN c`);
    worker.upstream.insert('t3', { id: 2 });
    await worker.caughtUp();
    expect(worker.downstream.ddls.at(-1)).toMatch(/DROP COLUMN `c`/u);
    await untilNoLock();
  });

  it('pessimistic: other DDLs than those that it has are told as differing', async () => {
    number += 1;
    const worker = await start('pessimistic');
    worker.upstream.ddl('CREATE TABLE t3 (id INT NOT NULL PRIMARY KEY, c INT)');
    for (const table of ['t1', 't2']) worker.upstream.ddl(`ALTER TABLE ${table} ADD COLUMN e INT`);
    const { error } = await worker.until('paused');
    expect(error.code).toBe('SHARDING_DDLS_DIFFER');
  });

  it.each(modes)('%s: goes on from a checkpoint that was stored while it waited', async (mode) => {
    number += 1;
    const first = await start(mode);
    first.answers.answer = (ddl) => Promise.resolve(ADD_C.test(ddl) ? NOT_NOW : { kind: 'done' });
    first.upstream.ddl('CREATE TABLE t3 (id INT NOT NULL PRIMARY KEY, c INT)');
    first.upstream.insert('t3', { id: 2, c: 1 });
    await first.until('ddl-met');
    for (let tries = 0; !(first.checkpoints.texts.get('s1') ?? '').includes('"ahead"'); tries += 1) {
      if (tries > 500) throw new Error('no checkpoint tells of it');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { upstream, checkpoints } = first;
    const kept = new Map(checkpoints.texts);
    await first.stop();
    workers.length = 0;
    for (const [source, text] of kept) checkpoints.texts.set(source, text);
    const second = await start(mode, { upstream, checkpoints });
    for (const table of ['t1', 't2']) upstream.ddl(`ALTER TABLE ${table} ADD COLUMN c INT`);
    await second.caughtUp();
    expectBetween(second.log, ADD_C, 't3:2');
    await untilNoLock();
    expect(checkpoints.texts.get('s1')).not.toContain('"ahead"');
  });
});
