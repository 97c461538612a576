import { beforeAll, describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { operate, until } from './operator-requests';
import type { JsonObject } from './plain-client';
import { lockOf, registered } from './plain-worker';
import type { Operation, PlainWorker } from './plain-worker';

const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const add = (type: string): string => `ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN \`c1\` ${type}`;
const [T1, T2] = ['t1', 't2'].map((table) => ({ schema: 'db', table }));
const server = useServer();

/** The one operation of a table (of the source) that isn't done. */
async function pendingOf(worker: PlainWorker, table: object | null): Promise<Operation> {
  const isIts = (operation: Operation): boolean =>
    JSON.stringify(operation.upstreamTable) === JSON.stringify(table) && operation.conflictStage !== null;
  const found = (operations: readonly Operation[]): boolean => operations.some(isIts);
  const [operation] = (await until(() => worker.pending(), found)).filter(isIts);
  return operation!;
}

/** A worker of a new optimistic task with two tables. */
async function optimist(task: string): Promise<PlainWorker> {
  const worker = await registered(server.url, 'w', task, 's1', 'OPTIMISTIC');
  await worker.putTables([T1!, T2!].map((table) => ({ ...table, createTable: CREATE })));
  return worker;
}

describe('what asks for no execution', () => {
  it.each<[string, string, (worker: PlainWorker) => Promise<unknown>]>([
    [
      'DETECTED',
      'detected',
      async (worker) => {
        await worker.report(T1!, CREATE, [add('INT')], '1');
        await worker.report(T2!, CREATE, [add('DATETIME')], '2');
      },
    ],
    [
      'SKIP_WAIT_REDIRECT',
      'redirect',
      async (worker) => {
        const before = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, c1 INT)';
        await worker.putTables([T1!, T2!].map((table) => ({ ...table, createTable: before })));
        await worker.report(T2!, before, ['ALTER TABLE `shard_db`.`shard_table` RENAME COLUMN `c1` TO `c2`'], '1');
      },
    ],
  ])('is not done by an acknowledgement: %s', async (stage, word, prepare) => {
    const worker = await optimist(word);
    await prepare(worker);
    const held = await pendingOf(worker, T2!);
    expect(held).toMatchObject({ conflictStage: stage });
    expect(await worker.acknowledge(held)).toMatchObject({
      code: 'OPERATION_NOT_EXECUTABLE',
      message: expect.stringContaining(word),
      retryable: false,
    });
    expect(await pendingOf(worker, T2!)).toEqual(held);
  });

  it('is carried out when a person has released it', async () => {
    const worker = await optimist('released');
    await worker.report(T1!, CREATE, [add('INT')], '1');
    await worker.report(T2!, CREATE, [add('DATETIME')], '2');
    const held = await pendingOf(worker, T2!);
    await worker.acknowledge(held);
    await operate(server.url, 'unlock', { lockId: lockOf('released'), action: 'EXEC' });
    const released = await pendingOf(worker, T2!);
    expect(released).toMatchObject({ conflictStage: 'UNLOCKED', ddls: [add('DATETIME')] });
    expect(await worker.acknowledge(released)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
  });
});

describe('an acknowledgement of what was never ordered', () => {
  let worker: PlainWorker;
  let operation: Operation;
  let gone: Operation;
  const next = (revision: string, by: bigint): string => String(BigInt(revision) + by);

  beforeAll(async () => {
    worker = await optimist('wrong');
    for (const table of [T1!, T2!]) {
      await worker.report(table, CREATE, [add('INT')], table.table);
      gone = await pendingOf(worker, table);
      await worker.acknowledge(gone);
    }
    await until(
      () => worker.acknowledge(gone),
      (answer) => answer['outcome'] === 'OPERATION_GONE',
    );
    const before = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, c1 INT)';
    await worker.report(T1!, before, ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT'], 'next');
    operation = await pendingOf(worker, T1!);
  });

  it.each<[string, string, RegExp, () => Promise<JsonObject>]>([
    [
      'of the other mode',
      'TASK_MODE_CONFLICT',
      /optimistic/u,
      () => worker.acknowledge({ revision: operation.revision, upstreamTable: null }),
    ],
    [
      'of a table that the source has not',
      'OPERATION_NOT_FOUND',
      /t9/u,
      () => worker.acknowledge({ revision: gone.revision, upstreamTable: { schema: 'db', table: 't9' } }),
    ],
    [
      'of a revision in the future',
      'OPERATION_NOT_FOUND',
      /revision/u,
      () => worker.acknowledge({ revision: next(operation.revision, 1_000n), upstreamTable: T2! }),
    ],
    [
      'of a revision in the future while an older operation is undone',
      'OPERATION_NOT_FOUND',
      /revision/u,
      () => worker.acknowledge({ revision: next(operation.revision, 1_000n), upstreamTable: T1! }),
    ],
    [
      'of a revision at which nothing was ordered',
      'OPERATION_NOT_FOUND',
      /revision/u,
      () => worker.acknowledge({ revision: next(gone.revision, -1n), upstreamTable: T2! }),
    ],
  ])('is refused: %s', async (_name, code, message, acknowledge) => {
    expect(await acknowledge()).toMatchObject({ code, message: expect.stringMatching(message), retryable: false });
    expect(await pendingOf(worker, T1!)).toEqual(operation);
  });

  it('is told from a late one, whose operation ended with its lock', async () => {
    expect(await worker.acknowledge(gone)).toMatchObject({ outcome: 'OPERATION_GONE' });
  });
});
