import { describe, expect, it } from '@jest/globals';
import { useServer } from '../../support/use-server';
import { FEED, messagesOf, overEvents, overWebSocket } from './feed-client';
import type { FeedItem } from './feed-client';
import { LockTraffic } from './lock-traffic';

const server = useServer();

async function allMessages(request: object): Promise<{ event: string; data: string }[]> {
  const messages: { event: string; data: string }[] = [];
  for await (const message of messagesOf(server.url, request, AbortSignal.timeout(5_000))) messages.push(message);
  return messages;
}

describe('a stream of server-sent events', () => {
  it('gives the result of a query, and that nothing follows', async () => {
    expect(await allMessages({ query: '{ shardCluster { phase } }' })).toEqual([
      { event: 'next', data: '{"data":{"shardCluster":{"phase":"LEADING"}}}' },
      { event: 'complete', data: '' },
    ]);
  });

  it.each([
    ['text/event-stream', 'text/event-stream'],
    ['application/json, text/event-stream', 'application/json'],
    ['*/*', 'application/json'],
  ])('is the answer at the path of everything else if %s is accepted: %s', async (accept, type) => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(response.headers.get('content-type')).toMatch(type);
    await response.text();
  });

  it.each([
    ['a document that does not parse', { query: '{' }, 'Syntax Error'],
    ['a field that is none', { query: '{ nothing }' }, 'Cannot query field'],
    ['no operation of that name', { query: 'query a { __typename } query b { __typename }' }, 'name one of'],
    ['a cursor that is none', { query: FEED, variables: { after: 'x' } }, 'expected a cursor'],
    ['a filter that is none', { query: FEED, variables: { filter: { lockIds: ['x'] } } }, 'x'],
  ])('tells of %s', async (_, request, message) => {
    const [first, last] = await allMessages(request);
    expect(first?.event).toBe('next');
    expect(first?.data).toContain(message);
    expect(last).toEqual({ event: 'complete', data: '' });
  });

  it.each<[string, RequestInit, number]>([
    ['GET', { method: 'GET' }, 405],
    ['a form', { method: 'POST', body: 'query=x', headers: { 'content-type': 'text/plain' } }, 415],
    ['broken JSON', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }, 400],
    ['no query', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }, 400],
    [
      'what takes no stream',
      { method: 'POST', body: '{}', headers: { 'content-type': 'application/json', accept: 'text/html' } },
      406,
    ],
  ])('is refused for %s', async (_, init, status) => {
    const response = await fetch(`${server.url}/stream`, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
  });
});

describe.each([
  ['WebSockets', overWebSocket],
  ['server-sent events', overEvents],
])('the feed over %s', (name, open) => {
  it('begins with the locks that match, goes on with events, and filters both', async () => {
    const [mine, other] = [`mine ${name}`, `other ${name}`];
    const traffic = await LockTraffic.start(server.url, mine);
    await traffic.begin();
    const others = await LockTraffic.start(server.url, other);
    const items: FeedItem[] = [];
    const feed = open(server.url, { filter: { task: mine } }, (item) => items.push(item));
    while (items.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(items[0]).toMatchObject({ __typename: 'ShardLocksSnapshot', more: false, locks: [{ syncedCount: 1 }] });
    await others.live();
    await traffic.live();
    const events = (): string[] =>
      items.flatMap((item) => (item.__typename === 'ShardLockEvents' ? item.events.map(({ kind }) => kind) : []));
    while (events().at(-1) !== 'LOCK_RESOLVED') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(events()).toEqual([
      ...['INFO_RECEIVED', 'LOCK_SYNCED', 'OPERATION_PUT', 'OPERATION_DONE'],
      ...['OPERATION_PUT', 'OPERATION_DONE', 'LOCK_RESOLVED'],
    ]);
    feed.cut();
    await feed.ended;
  });
});
