import { describe, expect, it } from '@jest/globals';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { parse } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { useServer } from '../../support/use-server';
import { FEED } from './feed-client';
import type { FeedItem } from './feed-client';
import { LockTraffic } from './lock-traffic';

const server = useServer();

type Result = ExecutionResult<{ readonly shardLockEvents: FeedItem }>;

/** What a client of GraphQL Tools gets of a document, one result after the other. */
async function* resultsOf(endpoint: string, query: string, variables: object): AsyncGenerator<Result> {
  await using client = buildHTTPExecutor({ endpoint, method: 'POST' });
  const results = await client({ document: parse(query), variables });
  if (Symbol.asyncIterator in results) yield* results as AsyncIterable<Result>;
  else yield results as Result;
}

describe.each([
  ['the path of everything', (): string => server.url],
  ['the path of streams', (): string => `${server.url}/stream`],
])('a client of another author, over server-sent events at %s', (_, endpoint) => {
  it('gets the snapshot and the events, and the stream ends when it stops', async () => {
    const task = `sse-${endpoint().length}`;
    const traffic = await LockTraffic.start(server.url, task);
    await traffic.begin();
    const kinds: string[] = [];
    for await (const { data, errors } of resultsOf(endpoint(), FEED, { filter: { task } })) {
      expect(errors).toBeUndefined();
      const item = data?.shardLockEvents;
      if (item?.__typename === 'ShardLocksSnapshot') {
        kinds.push(...item.locks.map(({ syncedCount }) => `snapshot ${syncedCount}`));
        await traffic.live();
      }
      if (item?.__typename === 'ShardLockEvents') kinds.push(...item.events.map(({ kind }) => kind));
      if (kinds.at(-1) === 'LOCK_RESOLVED') break;
    }
    expect(kinds).toEqual([
      'snapshot 1',
      ...['INFO_RECEIVED', 'LOCK_SYNCED', 'OPERATION_PUT', 'OPERATION_DONE'],
      ...['OPERATION_PUT', 'OPERATION_DONE', 'LOCK_RESOLVED'],
    ]);
  });

  it('is told what is wrong with a filter', async () => {
    for await (const { errors } of resultsOf(endpoint(), FEED, { filter: { lockIds: ['x'] } }))
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
    expect.assertions(1);
  });
});
