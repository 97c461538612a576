import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { useServer } from '../../support/use-server';
import { send } from '../plain-client';
import type { Answer } from '../plain-client';
import { HOSTILE_DOCUMENTS } from './hostile-documents';
import type { HostileDocument } from './hostile-documents';
import { RawSocket } from './raw-socket';

jest.setTimeout(60_000);

const server = useServer();

/** What an error says that stopped a document. */
interface Stopped {
  readonly code: unknown;
  readonly limit: unknown;
}

function stoppedBy({ errors }: Pick<Answer, 'errors'>): Stopped {
  const [error] = errors;
  const fields = error?.extensions['fields'] as { limit?: unknown } | undefined;
  return { code: error?.extensions['code'], limit: fields?.limit };
}

function expected({ stoppedBy: name }: HostileDocument): Stopped {
  if (/^[A-Z]/u.test(name)) return { code: name, limit: undefined };
  return { code: 'REQUEST_TOO_LARGE', limit: name };
}

/** Nothing of the schema, of the program or of the machine is told. */
function expectSilence(answer: unknown): void {
  expect(JSON.stringify(answer)).not.toMatch(/Did you mean|node_modules|\/src\/|at \w+ \(|stacktrace|apollo/iu);
}

/** Nothing holds the server up for long, on the slowest of machines. */
const STALL_MS = 1_000;

/** What something gives, and how long it took, in milliseconds. */
async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const value = await work();
  return [value, performance.now() - began];
}

describe('a hostile document', () => {
  it.each(HOSTILE_DOCUMENTS)('over HTTP: $name, stopped by $stoppedBy', async (hostile) => {
    let [answer, tookMs] = await timed(() => send(server.url, hostile.query, hostile.variables));
    // A machine may pause; a document that stalls the server does so again.
    if (tookMs > STALL_MS) [answer, tookMs] = await timed(() => send(server.url, hostile.query, hostile.variables));
    expect(tookMs).toBeLessThan(STALL_MS);
    expect(answer.status).toBe(400);
    expect(stoppedBy(answer)).toEqual(expected(hostile));
    expectSilence(answer);
  });

  it.each(HOSTILE_DOCUMENTS)('as a stream: $name, stopped by $stoppedBy', async (hostile) => {
    const response = await fetch(`${server.url}/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: hostile.query, variables: hostile.variables }),
    });
    const [, data] = /data: (\{.*\})/u.exec(await response.text()) ?? [];
    const answer = JSON.parse(data ?? '{}') as Answer;
    expect(stoppedBy(answer)).toEqual(expected(hostile));
    expectSilence(answer);
  });
});

describe('over one WebSocket, which stays open', () => {
  let socket: RawSocket;

  beforeAll(async () => {
    socket = await RawSocket.connect(server.url);
    await socket.greet();
  });

  afterAll(() => socket.cut());

  it.each(HOSTILE_DOCUMENTS)('$name, stopped by $stoppedBy', async (hostile) => {
    const { query, variables } = hostile;
    socket.sendJson({ id: hostile.name, type: 'subscribe', payload: { query, variables } });
    const message = await socket.nextJson();
    expect(message).toMatchObject({ id: hostile.name, type: 'error' });
    const answer = { errors: message['payload'] } as unknown as Answer;
    expect(stoppedBy(answer)).toEqual(expected(hostile));
    expectSilence(message);
  });
});

describe('a name that is nearly one of the schema', () => {
  const LIST = 'query ($f: ShardLockFilter) { shardLocks(filter: $f) { totalCount } }';

  it.each<[string, string, object, string]>([
    ['of a field', '{ shardTaskz { name } }', {}, 'Cannot query field "shardTaskz" on type "Query".'],
    ['in a variable', LIST, { f: { stat: 1 } }, 'Field "stat" is not defined by type "ShardLockFilter".'],
    [
      'of an enum in a variable',
      LIST,
      { f: { states: ['WAITIN'] } },
      'Value "WAITIN" does not exist in "ShardLockState" enum.',
    ],
    [
      'of nothing that is selected',
      '{ shardTask(name: "t") }',
      {},
      'Field "shardTask" of type "ShardTask" must have a selection of subfields.',
    ],
  ])('%s gets no hint, whatever it is sent over', async (_name, query, variables, message) => {
    const body = JSON.stringify({ query, variables });
    const headers = { 'content-type': 'application/json' };
    const answers = [
      await (await fetch(server.url, { method: 'POST', headers, body })).text(),
      await (await fetch(`${server.url}/stream`, { method: 'POST', headers, body })).text(),
    ];
    const socket = await RawSocket.connect(server.url);
    await socket.greet();
    socket.sendJson({ id: '1', type: 'subscribe', payload: { query, variables } });
    answers.push(JSON.stringify(await socket.nextJson()));
    socket.cut();
    for (const answer of answers) {
      expect(answer).toContain(`${JSON.stringify(message).slice(1, -1)}"`);
      expectSilence(answer);
    }
  });
});
