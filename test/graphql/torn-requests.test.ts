import { describe, expect, it, jest } from '@jest/globals';
import { useServer } from '../support/use-server';
import { operate, readLock, until } from './operator-requests';
import { ask } from './plain-client';
import { lockOf, registered } from './plain-worker';
import type { Operation, PlainWorker } from './plain-worker';
import { TornWorker, sendTorn } from './torn-requests';
import type { Tear } from './torn-requests';

// Long answers take a busy machine more than the usual five seconds.
jest.setTimeout(60_000);

const TEARS: readonly Tear[] = ['in the request', 'before the answer', 'in the answer'];
const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c1` INT';
// A client that goes away is no defect of the server: its log holds no error.
const server = useServer();

const gone = (task: string): Promise<unknown> =>
  until(
    () => readLock(server.url, lockOf(task)),
    (lock) => lock === null,
  );

/** The one operation that a worker has to carry out. */
async function onlyOperation(worker: PlainWorker): Promise<Operation> {
  const [operation, ...others] = await until(
    () => worker.pending(),
    (pending) => pending.length > 0,
  );
  expect(others).toEqual([]);
  return operation!;
}

describe.each(TEARS)('every message of a worker is cut off %s once, and sent again', (tear) => {
  const name = tear.replaceAll(' ', '-');

  it('optimistic: each report is stored once and answered by one operation, and the lock ends', async () => {
    const worker = new TornWorker(tear, server.url, 'w', `o-${name}`, 's1', 'OPTIMISTIC');
    await worker.register();
    const tables = ['t1', 't2'].map((table) => ({ schema: 'db', table }));
    await worker.putTables(tables.map((table) => ({ ...table, createTable: CREATE })));
    for (const table of tables) {
      const reported = await worker.report(table, CREATE, [ADD], `reading of ${table.table}`);
      expect(reported).toMatchObject({ __typename: 'ShardReportInfoSuccess' });
      if (tear === 'in the answer') expect(reported.repeated).toBe(true);
      if (tear === 'in the request') expect(reported.repeated).toBe(false);
      const operation = await onlyOperation(worker);
      expect(operation).toMatchObject({ upstreamTable: table, conflictStage: 'NONE' });
      expect(BigInt(operation.revision)).toBeGreaterThan(BigInt(reported.revision));
      const { outcome } = await worker.acknowledge(operation);
      expect(['ACKNOWLEDGED', 'ALREADY_ACKNOWLEDGED', 'OPERATION_GONE']).toContain(outcome);
      if (tear === 'in the request') expect(outcome).toBe('ACKNOWLEDGED');
      if (tear === 'in the answer') expect(outcome).not.toBe('ACKNOWLEDGED');
      expect(await worker.pending()).toEqual([]);
    }
    await gone(worker.task);
  });

  it('pessimistic: one source executes once, the other skips, and the lock ends', async () => {
    const workers = ['s1', 's2'].map(
      (source) => new TornWorker(tear, server.url, `w-${source}`, `p-${name}`, source, 'PESSIMISTIC'),
    );
    const [one, two] = [workers[0]!, workers[1]!];
    for (const worker of workers) await worker.register(['s1', 's2']);
    for (const worker of workers) {
      const reported = await worker.reportSource([ADD], 'reading 1');
      expect(reported).toMatchObject({ __typename: 'ShardReportInfoSuccess' });
    }
    const exec = await onlyOperation(one);
    expect(exec).toMatchObject({ exec: true, ddls: [ADD] });
    expect(await two.pending()).toEqual([]);
    await one.acknowledge(exec);
    const skip = await onlyOperation(two);
    expect(skip).toMatchObject({ exec: false });
    await two.acknowledge(skip);
    await gone(one.task);
    expect(await one.pending()).toEqual([]);
  });

  it('a manual action with an idempotency key is done once', async () => {
    const task = `a-${name}`;
    const one = await registered(server.url, 'w', task, 's1', 'PESSIMISTIC');
    await one.reportSource([ADD], '1');
    const input = { task, source: 's1', idempotencyKey: name };
    const mutation = 'mutation ($input: ShardExcludeSourceInput!) { excludeShardSource(input: $input) { __typename } }';
    await sendTorn(server.url, tear, mutation, { input });
    const answer = await operate(server.url, 'exclude', input);
    expect(answer).toMatchObject({
      __typename: 'ShardExcludeSourceSuccess',
      changes: [`source s1 is left out of task ${task}`],
    });
    expect(await operate(server.url, 'exclude', input)).toMatchObject({ action: answer['action'], repeated: true });
  });
});

it('a long answer that nobody reads to its end costs the others nothing', async () => {
  const worker = await registered(server.url, 'w', 'long', 's1', 'OPTIMISTIC');
  const tables = Array.from({ length: 500 }, (_, index) => ({ schema: 'db', table: `long_name_${index}` }));
  await worker.putTables(tables.map((table) => ({ ...table, createTable: CREATE })));
  await worker.report(tables[0]!, CREATE, [ADD], '1');
  const query =
    'query ($id: ID!) { shardLock(id: $id) { participants(first: 1000) { nodes { source { id } upstreamTable { schema table } schema { createTable } } } } }';
  for (let round = 0; round < 20; round += 1)
    await sendTorn(server.url, 'in the answer', query, { id: lockOf('long') });
  const { participants } = await ask<{ participants: { nodes: unknown[] } }>(server.url, query, { id: lockOf('long') });
  expect(participants.nodes).toHaveLength(500);
  expect(await worker.pending()).toHaveLength(1);
});
