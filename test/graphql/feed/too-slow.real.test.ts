import { beforeAll, describe, expect, it } from '@jest/globals';
import { useStoreServer } from '../../support/use-server';
import { until } from '../operator-requests';
import { ask } from '../plain-client';
import { overEvents, overWebSocket } from './feed-client';
import type { FeedItem } from './feed-client';
import { LARGE_FEED, makeLargeLock } from './large-lock';
import { LockTraffic } from './lock-traffic';

const server = useStoreServer({ feedLimits: { bufferedBytes: 65_536, stalledMs: 60_000 }, recentEvents: 4 });

beforeAll(() => makeLargeLock(server.url), 60_000);

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

const TOO_SLOW = expect.objectContaining({
  message: 'the subscriber lost events three times within a minute',
  extensions: expect.objectContaining({ code: 'SUBSCRIBER_TOO_SLOW', retryable: true }),
});

describe.each([
  { by: 'WebSocket', open: overWebSocket, end: { code: 4429, errors: [] } },
  { by: 'server-sent events', open: overEvents, end: { code: null, errors: [TOO_SLOW] } },
])('a reader that stops over and over, by $by', ({ by, open, end }) => {
  it('is told each time that events were lost, gets a snapshot, and is ended as too slow at the third time', async () => {
    const traffic = await LockTraffic.start(server.url, `traffic by ${by}`);
    await traffic.live();
    await trimJournal();
    const items: FeedItem[] = [];
    const lags = (): number => items.filter(({ __typename }) => __typename === 'ShardLagged').length;
    const take = (item: FeedItem): void => {
      items.push(item);
      if (item.__typename === 'ShardLagged') feed.pause();
    };
    // Where it wants to go on is forgotten already.
    const feed = open(server.url, { filter: null, after: '1.0' }, take, LARGE_FEED);
    for (let lag = 1; lag <= 2; lag += 1) {
      while (lags() < lag) await new Promise((resolve) => setTimeout(resolve, 10));
      await traffic.live();
      await trimJournal();
      feed.resume();
    }
    while (lags() < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    feed.resume();
    expect(await feed.ended).toEqual(end);
    const lock = expect.objectContaining({ id: 'large-`shard_db`.`shard_table`' });
    const snapshot = expect.objectContaining({ locks: expect.arrayContaining([lock]) });
    const lagged = expect.objectContaining({ __typename: 'ShardLagged' });
    expect(items).toEqual([lagged, snapshot, lagged, snapshot, lagged]);
  }, 60_000);
});
