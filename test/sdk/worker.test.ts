import { afterEach, describe, expect, it } from '@jest/globals';
import type { ClientInterceptor } from '../../sdk';
import { memberOf } from '../../src/core/model/member-of';
import { ask } from '../graphql/plain-client';
import { useServer } from '../support/use-server';
import { CREATE, RunningWorker } from './running-worker';
import { AnsweringDownstream, JsonCheckpoints, ListUpstream } from './test-plugins';

const server = useServer();
let number = 0;
const workers: RunningWorker[] = [];

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

const lock = (): Promise<unknown> =>
  ask(server.url, 'query ($id: ID!) { shardLock(id: $id) { id } }', {
    id: `task-${number}-\`shard_db\`.\`shard_table\``,
  });
const untilNoLock = async (): Promise<void> => {
  for (let tries = 0; (await lock()) !== null; tries += 1) {
    if (tries > 100) throw new Error('the lock stays');
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
    const { log } = worker;
    expect(log.filter((line) => line.startsWith('t')).sort()).toEqual(['t1:1', 't1:2', 't2:3', 't2:4']);
    expect(log.indexOf('t1:1')).toBeLessThan(log.indexOf(ADD));
    expect(log.indexOf(ADD)).toBeLessThan(log.indexOf('t1:2'));
    expect(worker.downstream.ddls).toEqual([ADD, ADD]);
    await untilNoLock();
  });

  it('isn’t behind its source when it has handled all that there is, however long ago that was', async () => {
    number += 1;
    const delays: unknown[] = [];
    const watch: ClientInterceptor = (request, next, signal) => {
      if (request.operationName === 'ReportShardStatus')
        delays.push(memberOf(request.variables['input'] ?? request.variables, 'delayMs'));
      return next(request, signal);
    };
    const worker = await start({ clientInterceptors: [watch] });
    worker.upstream.push({
      ...{ kind: 'rows', table: { schema: 'db', table: 't1' }, change: 'insert', rows: [{ after: { id: 1 } }] },
      atMs: Date.now() - 3_600_000,
    });
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    await worker.caughtUp();
    while (delays.at(-1) !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }, 20_000);

  it('keeps a shard in conflict waiting and goes on with the others, until it is redirected', async () => {
    number += 1;
    const worker = await start({ limits: { queuedEvents: 2 } });
    const { upstream } = worker;
    upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
    await worker.caughtUp();
    await untilNoLock();
    upstream.ddl('ALTER TABLE t1 RENAME COLUMN c TO d');
    for (let id = 10; id < 20; id += 1) upstream.insert('t1', { id, d: id });
    upstream.insert('t2', { id: 20, c: 1 });
    const held = await worker.until('operation-taken', 3);
    expect(held.stage).toBe('SKIP_WAIT_REDIRECT');
    while (!worker.log.includes('t2:20')) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(worker.log).not.toContain('t1:10');
    upstream.ddl('ALTER TABLE t2 RENAME COLUMN c TO d');
    upstream.insert('t2', { id: 21, d: 1 });
    await worker.until('redirected');
    await worker.caughtUp();
    await untilNoLock();
    const t1 = worker.log.filter((line) => line.startsWith('t1:'));
    expect(t1).toEqual(Array.from({ length: 10 }, (_, index) => `t1:${index + 10}`));
    expect(worker.told.some(({ kind }) => kind === 'read-again')).toBe(true);
    expect(worker.status).toMatchObject({ stage: 'running', blockingDdls: [] });
  });

  it('makes tables that are created, lets go of those that are dropped, and passes what it doesn’t execute', async () => {
    number += 1;
    const worker = await start();
    const { upstream, downstream } = worker;
    upstream.ddl('CREATE OR REPLACE DATABASE db');
    upstream.ddl('CREATE OR REPLACE TABLE t3 (id INT PRIMARY KEY)');
    upstream.insert('t3', { id: 1 });
    upstream.ddl('CREATE TABLE t4 LIKE t3');
    upstream.ddl('CREATE TABLE other (id INT PRIMARY KEY)');
    upstream.ddl('ALTER TABLE `db`.`other` ADD COLUMN what NOBODY KNOWS(');
    upstream.ddl('TRUNCATE t3');
    upstream.ddl('CREATE TEMPORARY TABLE t5 (id INT)');
    upstream.ddl('DROP TEMPORARY TABLE IF EXISTS t2');
    upstream.ddl('DROP TABLE t1, t4');
    await worker.caughtUp();
    const create = 'CREATE TABLE IF NOT EXISTS `shard_db`.`shard_table` (`id` INT PRIMARY KEY)';
    const like = expect.stringMatching(
      /^CREATE TABLE IF NOT EXISTS `shard_db`.`shard_table` \(`id` INT\(11\) NOT NULL,/u,
    );
    expect(downstream.ddls).toEqual(['CREATE DATABASE IF NOT EXISTS `shard_db`', create, like]);
    expect(worker.log).toContain('t3:1');
    const query = '{ shardSource(id: "s1") { upstreamTables(task: "TASK") { nodes { table } } } }';
    expect(await ask(server.url, query.replace('TASK', `task-${number}`))).toEqual({
      upstreamTables: { nodes: [{ table: 't2' }, { table: 't3' }] },
    });
  });

  it('goes on from its checkpoint, and tells which rows may have come before', async () => {
    number += 1;
    const first = await start();
    first.upstream.insert('t1', { id: 1 });
    first.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    await first.caughtUp();
    await first.stop();
    workers.length = 0;
    const { upstream, checkpoints } = first;
    upstream.insert('t1', { id: 2, c: 1 });
    upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
    const second = await start({}, { upstream, checkpoints });
    await second.caughtUp();
    expect(upstream.reads.at(-1)).toBe(2);
    expect(second.downstream.changes.map(({ position, columns }) => ({ position, columns }))).toEqual([
      { position: 3, columns: ['id', 'c'] },
    ]);
    expect(second.downstream.ddls).toEqual([ADD]);
    await untilNoLock();
  });

  it('stops reading in a conflict if it is strict', async () => {
    number += 1;
    const worker = await start({ strict: true });
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    worker.upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
    await worker.caughtUp();
    await untilNoLock();
    worker.upstream.ddl('ALTER TABLE t1 RENAME COLUMN c TO d');
    const { error } = await worker.until('paused');
    expect(error.code).toBe('SKIP_AND_WAIT_FOR_REDIRECT');
    expect(worker.status.stage).toBe('paused');
    worker.upstream.ddl('ALTER TABLE t2 RENAME COLUMN c TO d');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(worker.told.filter(({ kind }) => kind === 'ddl-met')).toHaveLength(3);
  });

  it('tries again what the downstream can’t do yet, and pauses at what it can’t do at all', async () => {
    number += 1;
    const worker = await start();
    let attempts = 0;
    worker.answers.answer = () => {
      attempts += 1;
      if (attempts === 1) throw new Error('gone away');
      if (attempts === 2) return Promise.resolve({ kind: 'failed', reason: 'locked', retryable: true });
      if (attempts === 3) return Promise.resolve({ kind: 'already-done' });
      return Promise.resolve({ kind: 'failed', reason: 'disk full', retryable: false });
    };
    worker.upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
    await worker.until('acknowledged');
    worker.upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
    const { error } = await worker.until('paused');
    expect(error).toMatchObject({ code: 'PLUGIN_FAILED', message: 'downstream: disk full' });
    expect(worker.status).toMatchObject({
      stage: 'paused',
      blockingDdls: [ADD],
      error: 'downstream: disk full',
    });
  });
});

describe('pessimistic workers', () => {
  const pair = async (): Promise<readonly [RunningWorker, RunningWorker]> => {
    number += 1;
    const options = { mode: 'pessimistic', expectedSources: ['s1', 's2'] } as const;
    return [await start({ ...options, source: 's1' }), await start({ ...options, source: 's2' })];
  };

  it('wait for all their shards and all sources; one executes, the other skips; a sequence goes one by one', async () => {
    const [one, two] = await pair();
    for (const { upstream } of [one, two]) {
      upstream.ddl('ALTER TABLE t1 ADD COLUMN c INT');
      upstream.insert('t1', { id: 1, c: 1 });
      upstream.ddl('ALTER TABLE t1 ADD COLUMN e INT');
      upstream.insert('t1', { id: 2, c: 1, e: 1 });
      upstream.insert('t2', { id: 3 });
    }
    await one.until('ddl-met');
    while (!one.log.includes('t2:3')) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(one.log).toEqual(['t2:3']);
    expect(one.status.formingGroups).toMatchObject([{ synced: [{ table: 't1' }], unsynced: [{ table: 't2' }] }]);
    for (const { upstream } of [one, two]) {
      upstream.ddl('ALTER TABLE t2 ADD COLUMN c INT');
      upstream.ddl('ALTER TABLE t2 ADD COLUMN e INT');
    }
    await Promise.all([one.caughtUp(), two.caughtUp()]);
    await untilNoLock();
    const second = ADD.replace('`c`', '`e`');
    expect([...one.downstream.ddls, ...two.downstream.ddls].sort()).toEqual([ADD, second]);
    for (const { log } of [one, two])
      expect(log.filter((line) => line.startsWith('t'))).toEqual(['t2:3', 't1:1', 't1:2']);
  });

  it('acknowledge again, and don’t report again, what an earlier run has carried out', async () => {
    const [one, two] = await pair();
    for (const { upstream } of [one, two])
      for (const table of ['t1', 't2']) upstream.ddl(`ALTER TABLE ${table} ADD COLUMN c INT`);
    await Promise.all([one.caughtUp(), two.caughtUp()]);
    await untilNoLock();
    await one.stop();
    workers.splice(workers.indexOf(one), 1);
    const texts = [...one.checkpoints.history].filter((text) => text.includes('carriedOut'));
    one.checkpoints.texts.set('s1', texts.at(-1) ?? '');
    const { upstream, checkpoints } = one;
    const again = await start(
      { mode: 'pessimistic', expectedSources: ['s1', 's2'], source: 's1' },
      { upstream, checkpoints },
    );
    await again.caughtUp();
    expect(again.downstream.ddls).toEqual([]);
    expect(again.told.filter(({ kind }) => kind === 'reported')).toEqual([]);
    expect(await again.until('acknowledged')).toMatchObject({ outcome: 'OPERATION_GONE' });
    expect(await lock()).toBeNull();
  });
});

describe('bad input', () => {
  const failing = async (
    options: Partial<Parameters<typeof RunningWorker.start>[0]>,
    parts?: Parameters<typeof RunningWorker.start>[1],
  ): Promise<unknown> => {
    number += 1;
    try {
      const worker = await RunningWorker.start({ url: server.url, task: `task-${number}`, ...options }, parts);
      await worker.ended;
    } catch (error) {
      return error;
    }
    throw new Error('nothing failed');
  };

  it.each([
    ['routes that map nothing', { routes: [{ schemaPattern: 'x', targetSchema: 'y' }] }, 'ROUTES_MAP_NOTHING'],
    [
      'routes that disagree',
      {
        routes: [
          { schemaPattern: 'db', targetSchema: 'y' },
          { schemaPattern: 'd?', targetSchema: 'z' },
        ],
      },
      'ROUTES_DISAGREE',
    ],
    ['a pattern that isn’t one', { routes: [{ schemaPattern: '[a', targetSchema: 'y' }] }, 'INVALID_INPUT'],
    ['an address that isn’t one', { url: 'ftp://x' }, 'INVALID_INPUT'],
    ['no server', { url: 'http://127.0.0.1:9/graphql', limits: { connectTimeoutMs: 100 } }, 'SERVER_UNREACHABLE'],
  ] as const)('%s', async (_name, options, code) => {
    expect(await failing(options)).toMatchObject({ code });
  });

  it('a statement that doesn’t parse: line, column and position, the checkpoint before it; ignore-sql passes it', async () => {
    const upstream = new ListUpstream({ t1: CREATE });
    upstream.insert('t1', { id: 1 });
    upstream.ddl('ALTER TABLE t1 ADD\n COLUM c INT(');
    upstream.insert('t1', { id: 2 });
    const checkpoints = new JsonCheckpoints();
    const error = await failing({}, { upstream, checkpoints });
    expect(error).toMatchObject({ code: 'DDL_SYNTAX', fields: { line: 2, source: 's1', position: '2' } });
    expect(JSON.parse(checkpoints.texts.get('s1') ?? '')).toMatchObject({ position: 1 });
    const worker = await start({ ignoreSql: [/COLUM /u] }, { upstream, checkpoints });
    await worker.caughtUp();
    expect(worker.log).toEqual(['t1:2']);
  });

  it.each([
    ['a renamed shard', 'RENAME TABLE t1 TO t9', 'EVENT_UNSUPPORTED'],
    ['rows that change by a statement', 'INSERT INTO t1 VALUES (1)', 'EVENT_UNSUPPORTED'],
    ['a change that doesn’t fit', 'ALTER TABLE t1 DROP COLUMN nothing', 'DDL_NOT_APPLICABLE'],
  ])('%s', async (_name, sql, code) => {
    const upstream = new ListUpstream({ t1: CREATE });
    upstream.ddl(sql);
    expect(await failing({}, { upstream })).toMatchObject({ code, fields: { position: '1' } });
  });

  it('an upstream that throws, a downstream that never applies', async () => {
    const upstream = new ListUpstream({ t1: CREATE });
    upstream.insert('t1', { id: 1 });
    upstream.failsAt = 1;
    expect(await failing({}, { upstream })).toMatchObject({ code: 'PLUGIN_FAILED' });
    // Whoever looks for why the task stands still is told.
    const query = '{ shardTask(name: "TASK") { workers { assignments { status { stage error } } } } }';
    const status = { stage: 'failed', error: expect.stringMatching(/^upstream: /u) };
    expect(await ask(server.url, query.replace('TASK', `task-${number}`))).toEqual({
      // Among those of the tasks that were played before by a worker of the same name.
      workers: [{ assignments: expect.arrayContaining([{ status }]) }],
    });
    upstream.failsAt = null;
    const answers = new AnsweringDownstream();
    answers.applied = () => new Promise(() => undefined);
    const checkpoints = new JsonCheckpoints();
    const limits = { pluginTimeoutMs: 50 };
    expect(await failing({ limits }, { upstream, answers, checkpoints })).toMatchObject({ code: 'PLUGIN_SILENT' });
    expect(checkpoints.texts.get('s1')).toBeUndefined();
  });

  it('another mode than the task has, and a take-over by another process of the same name', async () => {
    number += 1;
    const worker = await RunningWorker.start({ url: server.url, task: `task-${number}`, limits: { ttlMs: 3_000 } });
    await worker.until('registered');
    number -= 1;
    expect(await failing({ mode: 'pessimistic' })).toMatchObject({ code: 'TASK_MODE_CONFLICT' });
    const other = await start();
    await other.until('registered');
    await expect(worker.ended).rejects.toMatchObject({ code: 'STALE_SESSION' });
  });
});
