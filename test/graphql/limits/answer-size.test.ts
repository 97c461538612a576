import { beforeAll, describe, expect, it } from '@jest/globals';
import { useServer } from '../../support/use-server';
import { PlainSubscription, document, send } from '../plain-client';
import type { Answer } from '../plain-client';

const MOST = 5_000;
const server = useServer({ limits: { answer: MOST } });
const TASKS = 40;

beforeAll(async () => {
  for (let task = 0; task < TASKS; task += 1) {
    const input = { name: `t${task}`, mode: 'OPTIMISTIC', sources: ['s1', 's2'] };
    await send(server.url, document('PutShardTask'), { input });
  }
});

/** Each list leads to the next: small as a document, and without end as an answer. */
const nested = (levels: number): string =>
  levels === 0 ? '{ name }' : `{ name sources { id tasks ${nested(levels - 1)} } }`;

const REFUSED = { code: 'REQUEST_TOO_LARGE', fields: { limit: 'answer', most: MOST } };

function expectRefused({ data, errors }: Pick<Answer, 'data' | 'errors'>): void {
  expect(data).toBeNull();
  expect(errors).toEqual([expect.objectContaining({ extensions: expect.objectContaining(REFUSED) as object })]);
}

describe('an answer', () => {
  it('is given as long as it isn’t too large', async () => {
    const { data, errors } = await send(server.url, `{ shardSource(id: "s1") { tasks ${nested(1)} } }`);
    expect(errors).toEqual([]);
    expect(JSON.stringify(data).split('"name"')).toHaveLength(1 + TASKS + TASKS * 2 * TASKS);
  });

  it.each([
    ['of lists that lead to lists', `{ shardSource(id: "s1") { tasks ${nested(2)} } }`],
    [
      'of many such',
      `{ a: shardSource(id: "s1") { tasks ${nested(1)} } b: shardSource(id: "s1") { tasks ${nested(1)} } }`,
    ],
    [
      'of long texts',
      `{ shardTasks { nodes { name } } ${Array.from({ length: 8 }, (_, i) => `a${i}: _service { sdl }`).join(' ')} }`,
    ],
    [
      'of expensive fields',
      '{ shardSource(id: "s1") { tasks { ...F } } } fragment F on ShardTask { problems { kind } ... { locks { totalCount } } }',
    ],
  ])('%s is made no further than the limit', async (_name, query) => {
    const answer = await send(server.url, query);
    expect(answer.status).toBe(400);
    expectRefused(answer);
  });

  it('is bounded over WebSockets and streams as well', async () => {
    const query = `{ shardSource(id: "s1") { tasks ${nested(2)} } }`;
    const socket = await PlainSubscription.open(server.url, query, {});
    const { type, payload } = await socket.message();
    expect(type).toBe('next');
    expectRefused(payload as unknown as Answer);
    socket.close();
    const stream = await fetch(`${server.url}/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const [, data = ''] = /data: (\{.*\})/u.exec(await stream.text()) ?? [];
    expectRefused(JSON.parse(data) as Answer);
  });
});
