import { describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { operate, readLock, until } from './operator-requests';
import { PlainWorker, lockOf } from './plain-worker';
import type { Operation } from './plain-worker';

const BOTH = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, c INT)';
const DROPPED = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const alter = (spec: string): string => `ALTER TABLE \`shard_db\`.\`shard_table\` ${spec}`;
const [T1, T2] = ['t1', 't2'].map((table) => ({ schema: 'db', table })) as [PlainTable, PlainTable];
const server = useServer();

interface PlainTable {
  readonly schema: string;
  readonly table: string;
}

/** The operation of a table that answers a report. */
async function answerTo(worker: PlainWorker, table: PlainTable, revision: string): Promise<Operation> {
  const isAnswer = (operation: Operation): boolean =>
    operation.upstreamTable?.table === table.table && BigInt(operation.revision) > BigInt(revision);
  const operations = await until(
    () => worker.pending(),
    (pending) => pending.some(isAnswer),
  );
  return operations.find(isAnswer)!;
}

/** Two tables of which the first adds a column again that the other drops only then. */
async function droppedTooLate(task: string): Promise<{ readonly worker: PlainWorker; readonly error: Operation }> {
  const worker = new PlainWorker(server.url, 'w', task, 's1', 'OPTIMISTIC');
  await worker.register();
  await worker.putTables([T1, T2].map((table) => ({ ...table, createTable: BOTH })));
  const meet = async (table: PlainTable, before: string, spec: string, attempt: string): Promise<Operation> => {
    const { revision } = await worker.report(table, before, [alter(spec)], attempt);
    return answerTo(worker, table, revision);
  };
  await worker.acknowledge(await meet(T1, BOTH, 'DROP COLUMN `c`', '1'));
  const error = await meet(T1, DROPPED, 'ADD COLUMN `c` INT', '2');
  await worker.acknowledge(await meet(T2, BOTH, 'DROP COLUMN `c`', '3'));
  return { worker, error };
}

describe('a table whose DDL was an error when it was met', () => {
  it('keeps its report, so that it can be decided again when the error is gone', async () => {
    const { worker, error } = await droppedTooLate('retried');
    expect(error).toMatchObject({ conflictStage: 'ERROR', upstreamTable: T1 });
    expect(await readLock(server.url, lockOf('retried'))).toMatchObject({ id: lockOf('retried') });
    const retried = await operate(server.url, 'retry', { task: 'retried', source: 's1', ...T1 });
    expect(retried).toMatchObject({ __typename: 'ShardRetryInfoSuccess' });
    const again = await answerTo(worker, T1, error.revision);
    expect(again).toMatchObject({ conflictStage: 'NONE', ddls: [alter('ADD COLUMN `c` INT')] });
    expect(await worker.acknowledge(again)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
  });

  it('is released by force', async () => {
    const { worker, error } = await droppedTooLate('forced');
    const input = { lockId: lockOf('forced'), action: 'SKIP', force: true };
    expect(await operate(server.url, 'unlock', input)).toMatchObject({ __typename: 'ShardUnlockLockSuccess' });
    const released = await answerTo(worker, T1, error.revision);
    expect(released).toMatchObject({ conflictStage: 'UNLOCKED', ddls: [] });
    expect(await worker.acknowledge(released)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    await until(
      () => readLock(server.url, lockOf('forced')),
      (lock) => lock === null,
    );
  });
});
