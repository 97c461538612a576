import { beforeAll, describe, expect, it } from '@jest/globals';
import { useStoreServer } from '../../support/use-server';
import { operate, until } from '../operator-requests';
import { ask } from '../plain-client';
import { registered } from '../plain-worker';
import type { PlainWorker } from '../plain-worker';
import { FEED, overWebSocket } from './feed-client';
import type { FeedItem } from './feed-client';
import { LockTraffic } from './lock-traffic';

const server = useStoreServer({ feedLimits: { bufferedBytes: 65_536, stalledMs: 60_000 }, recentEvents: 4 });

/** Some 900 KB: the snapshot of a lock of such tables is more than what the connection of a reader holds that has stopped. */
const MEMBERS = ['a', 'b', 'c', 'd'].map((member) => `'${member.repeat(240)}'`).join(', ');
const COLUMNS = Array.from({ length: 900 }, (_, index) => `c${index} ENUM(${MEMBERS})`);
const CREATE = `CREATE TABLE t (id INT PRIMARY KEY, ${COLUMNS.join(', ')})`;
const TABLES = ['t1', 't2', 't3', 't4', 't5', 't6'].map((table) => ({ schema: 'up', table }));
const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `d` INT';

/** Everything of the schemas of a lock. */
const LARGE_FEED = FEED.replace(
  'locks {',
  `locks { joinedSchema { createTable } participants(first: 10) { nodes {
    schema { createTable } info { before { createTable } after { createTable } } } }`,
);

beforeAll(async () => {
  await operate(server.url, 'putTask', { name: 'large', mode: 'OPTIMISTIC', sources: ['s1'] });
  const worker = await registered(server.url, 'w-large', 'large', 's1', 'OPTIMISTIC');
  await worker.putTables([]);
  for (const table of TABLES) await addTable(worker, table);
  for (const [index, table] of TABLES.slice(1).entries()) {
    const answer = await worker.report(table, CREATE, [ADD], String(index));
    expect(answer).toMatchObject({ __typename: 'ShardReportInfoSuccess' });
  }
}, 60_000);

function addTable(worker: PlainWorker, table: { schema: string; table: string }): Promise<unknown> {
  const target = { schema: 'shard_db', table: 'shard_table' };
  return worker.changeTables('AddShardSourceTable', { table: { ...table, target, createTable: CREATE } });
}

/** The journal forgets all but its last record, as after a long time, and the server has seen it. */
async function trimJournal(): Promise<void> {
  const { values } = await server.store.range('/lockstep/journal/');
  const then = values.slice(0, -1).map(({ key }) => ({ kind: 'delete' as const, key }));
  const { revision } = await server.store.txn({ compares: [], then });
  await until(
    () => ask<{ revision: string }>(server.url, '{ shardCluster { revision } }'),
    (cluster) => Number(cluster.revision) >= revision,
  );
}

describe('a reader that stops over and over, on a WebSocket', () => {
  it('is told each time that events were lost, gets a snapshot, and is closed with 4429 at the third time', async () => {
    const traffic = await LockTraffic.start(server.url, 'traffic');
    await traffic.live();
    await trimJournal();
    const items: FeedItem[] = [];
    const lags = (): number => items.filter(({ __typename }) => __typename === 'ShardLagged').length;
    const take = (item: FeedItem): void => {
      items.push(item);
      if (item.__typename === 'ShardLagged') feed.pause();
    };
    // Where it wants to go on is forgotten already.
    const feed = overWebSocket(server.url, { filter: null, after: '1.0' }, take, LARGE_FEED);
    for (let lag = 1; lag <= 2; lag += 1) {
      while (lags() < lag) await new Promise((resolve) => setTimeout(resolve, 10));
      await traffic.live();
      await trimJournal();
      feed.resume();
    }
    while (lags() < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    feed.resume();
    expect(await feed.ended).toEqual({ code: 4429, errors: [] });
    const lock = expect.objectContaining({ id: 'large-`shard_db`.`shard_table`' });
    const snapshot = expect.objectContaining({ locks: expect.arrayContaining([lock]) });
    const lagged = expect.objectContaining({ __typename: 'ShardLagged' });
    expect(items).toEqual([lagged, snapshot, lagged, snapshot, lagged]);
  }, 60_000);
});
