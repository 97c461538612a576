import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ShardWorker } from '../../../sdk';
import type { DownstreamPlugin, RowChange } from '../../../sdk';
import {
  InProcessServer,
  MemoryDownstream,
  ObservedWorker,
  RecordingDownstream,
  ScriptUpstream,
  assertExecutedOnce,
  assertMerged,
  assertRowsInOrder,
} from '../../../sdk/testing';
import type { ObservedWorkerOptions } from '../../../sdk/testing';

const NOW = '2026-01-01 00:00:00';
const SCRIPT = `
CREATE TABLE a (id INT PRIMARY KEY);
CREATE TABLE b (id INT PRIMARY KEY);
-- @begin
INSERT INTO a VALUES (1);
ALTER TABLE a ADD COLUMN c INT;
INSERT INTO a VALUES (2, 2);
ALTER TABLE b ADD COLUMN c INT;
INSERT INTO b VALUES (3, 3);
`;

let server: InProcessServer;

beforeEach(async () => {
  server = await InProcessServer.start({});
});

afterEach(() => server.stop());

function mergedTable(): MemoryDownstream {
  const downstream = new MemoryDownstream();
  downstream.execute('CREATE DATABASE d', '');
  downstream.execute('CREATE TABLE d.t (id INT PRIMARY KEY)', 'd');
  return downstream;
}

async function roll(
  inner: DownstreamPlugin,
  upstream: ScriptUpstream,
  options: ObservedWorkerOptions = {},
): Promise<readonly [ObservedWorker, RecordingDownstream]> {
  const downstream = new RecordingDownstream(inner);
  const worker = await ShardWorker.create({
    transport: server.connect(),
    name: 'w',
    task: 't',
    mode: 'optimistic',
    source: 's',
    upstream,
    downstream,
    routes: [{ schemaPattern: 'test', targetSchema: 'd', targetTable: 't' }],
  });
  return [ObservedWorker.run(worker, options), downstream];
}

describe('an observed worker and a recording downstream', () => {
  it('tell all that happened in a rollout, and let it be asserted', async () => {
    const memory = mergedTable();
    const upstream = new ScriptUpstream({ text: SCRIPT });
    const [worker, downstream] = await roll(memory.connect('s'), upstream);
    await worker.caughtUp();
    await worker.stop();
    expect(worker.toldOf('acknowledged')).toHaveLength(2);
    expect(downstream.ddls).toEqual(Array(2).fill('ALTER TABLE `d`.`t` ADD COLUMN `c` INT'));
    expect(downstream.calls.flatMap((call) => (call.kind === 'execute' ? [call.result?.kind] : []))).toEqual([
      'done',
      'already-done',
    ]);
    expect(downstream.changes.map(({ table, rows }) => [table.table, rows[0]?.after?.['id']])).toEqual([
      ['a', 1],
      ['a', 2],
      ['b', 3],
    ]);
    expect(await downstream.loadPosition?.()).toEqual(memory.checkpointOf('s'));
    assertExecutedOnce(downstream);
    assertRowsInOrder(downstream, upstream.compare.bind(upstream));
    const merged = memory.database.table('d', 't');
    assertMerged(upstream.shards(), merged, NOW);
    memory.database.execute('TRUNCATE d.t', 'd');
    expect(() => {
      assertMerged(upstream.shards(), merged, NOW);
    }).toThrow(/downstream lacks the row/u);
  });

  it('hand a failure of the plugin to the worker, and keep no rows that it didn’t apply', async () => {
    const thrown: DownstreamPlugin = {
      execute: () => Promise.reject(new Error('gone')),
      apply: () => Promise.reject(new Error('gone')),
      close: () => Promise.resolve(),
    };
    const downstream = new RecordingDownstream(thrown);
    const context = { key: 'k', revision: '1', target: null, signal: new AbortController().signal };
    await expect(downstream.execute('DDL', context)).rejects.toThrow('gone');
    await expect(downstream.apply([], null)).rejects.toThrow('gone');
    expect(downstream.calls).toEqual([{ kind: 'execute', ddl: 'DDL', context, result: null }]);
  });

  it('say what a worker told last when it doesn’t tell what is waited for', async () => {
    const [observed] = await roll(mergedTable().connect('s'), new ScriptUpstream({ text: SCRIPT }), {
      patienceMs: 500,
    });
    await expect(observed.until('stalled')).rejects.toThrow(/doesn’t tell it; its last events: .*"kind"/u);
    await observed.stop();
    await expect(observed.until('stalled')).rejects.toThrow(/has ended; its last events: .*stopped/u);
  });
});

describe('assertions of the testing package', () => {
  const context = { key: 'k', revision: '7', target: null, signal: new AbortController().signal };
  const change = (position: number, repeated = false): RowChange => ({
    target: { schema: 'd', table: 't' },
    source: 's',
    table: { schema: 'test', table: 'a' },
    change: 'insert',
    rows: [],
    columns: ['id'],
    position,
    repeated,
  });
  const compare = (a: unknown, b: unknown): number => Number(a) - Number(b);

  it('find a statement that was executed twice for one operation', async () => {
    const [one, two] = [new RecordingDownstream(), new RecordingDownstream()];
    await one.execute('DDL', context);
    await two.execute('DDL', { ...context, revision: '8' });
    await two.execute('CREATE', { ...context, revision: null });
    await two.execute('CREATE', { ...context, revision: null });
    assertExecutedOnce(one, two);
    await two.execute('DDL', context);
    expect(() => {
      assertExecutedOnce(one, two);
    }).toThrow('DDL (revision 7): 2 times');
  });

  it('find rows that came too late, or again without saying so', async () => {
    const downstream = new RecordingDownstream();
    await downstream.apply([change(1), change(2), change(1, true), change(2, true), change(3)], null);
    assertRowsInOrder(downstream, compare);
    await downstream.apply([change(3)], null);
    expect(() => {
      assertRowsInOrder(downstream, compare);
    }).toThrow('s test.a at 3, after 3');
  });
});
