import { expect } from '@jest/globals';
import { operate } from '../operator-requests';
import { registered } from '../plain-worker';
import type { PlainWorker } from '../plain-worker';
import { FEED } from './feed-client';

/** Some 900 KB: the snapshot of a lock of such tables is more than what the connection of a reader holds that has stopped. */
const MEMBERS = ['a', 'b', 'c', 'd'].map((member) => `'${member.repeat(240)}'`).join(', ');
const COLUMNS = Array.from({ length: 900 }, (_, index) => `c${index} ENUM(${MEMBERS})`);
const CREATE = `CREATE TABLE t (id INT PRIMARY KEY, ${COLUMNS.join(', ')})`;
const TABLES = ['t1', 't2', 't3', 't4', 't5', 't6'].map((table) => ({ schema: 'up', table }));
const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `d` INT';

/** Everything of the schemas of a lock. */
export const LARGE_FEED = FEED.replace(
  'locks {',
  `locks { joinedSchema { createTable } participants(first: 10) { nodes {
    schema { createTable } info { before { createTable } after { createTable } } } }`,
);

/** An optimistic lock whose snapshot is large; its task. */
export async function makeLargeLock(url: string): Promise<string> {
  await operate(url, 'putTask', { name: 'large', mode: 'OPTIMISTIC', sources: ['s1'] });
  const worker = await registered(url, 'w-large', 'large', 's1', 'OPTIMISTIC');
  await worker.putTables([]);
  for (const table of TABLES) await addTable(worker, table);
  for (const [index, table] of TABLES.slice(1).entries()) {
    const answer = await worker.report(table, CREATE, [ADD], String(index));
    expect(answer).toMatchObject({ __typename: 'ShardReportInfoSuccess' });
  }
  return 'large';
}

function addTable(worker: PlainWorker, table: { schema: string; table: string }): Promise<unknown> {
  const target = { schema: 'shard_db', table: 'shard_table' };
  return worker.changeTables('AddShardSourceTable', { table: { ...table, target, createTable: CREATE } });
}
