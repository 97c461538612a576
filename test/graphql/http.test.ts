import { afterEach, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';
import type { CoordinatorService, OperationView } from '../../src/coordinator/service';
import { LockstepError } from '../../src/core/model/error';
import { GraphqlServer } from '../../src/graphql/graphql-server';
import { scriptedService } from '../support/scripted-service';
import { SilentLogger } from '../support/silent-logger';
import { until } from './operator-requests';
import { PlainSubscription, document, send } from './plain-client';

const CLUSTER = JSON.stringify({ query: '{ shardCluster { phase } }' });
const PENDING = '{ pendingShardOperations(task: "t", source: "s") { id } }';
const JSON_TYPE = { 'content-type': 'application/json' };
let server: GraphqlServer;
let logger: SilentLogger;
let base: string;

async function start(script: Partial<CoordinatorService> = {}): Promise<void> {
  logger = new SilentLogger();
  server = await GraphqlServer.start({
    service: scriptedService(script),
    logger,
    host: '127.0.0.1',
    port: 0,
    limits: { 'body-bytes': 10_000, 'message-bytes': 10_000 },
  });
  base = `http://127.0.0.1:${server.address.port}`;
}

const errors = (): readonly object[] => logger.lines.filter(({ level }) => level === 'error');

afterEach(() => server.stop());

describe('HTTP', () => {
  it('tells whether the process lives and is ready', async () => {
    let ready = false;
    await start({ readiness: () => ({ ready, reasons: ready ? [] : ['the store is away'] }) });
    expect((await fetch(`${base}/livez`)).status).toBe(200);
    const waiting = await fetch(`${base}/readyz`);
    expect([waiting.status, await waiting.json()]).toEqual([503, { ready: false, reasons: ['the store is away'] }]);
    expect((await send(`${base}/graphql`, '{ shardCluster { phase notReadyBecause } }')).data).toEqual({
      shardCluster: { phase: 'RECOVERING', notReadyBecause: ['the store is away'] },
    });
    ready = true;
    expect((await fetch(`${base}/readyz?verbose`)).status).toBe(200);
  });

  it.each<[string, string, RequestInit, number]>([
    ['another path', '/graph', {}, 404],
    ['the root', '/', {}, 404],
    ['another method', '/graphql', { method: 'PUT', headers: JSON_TYPE, body: CLUSTER }, 405],
    [
      'a form that any page could send',
      '/graphql',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: CLUSTER },
      400,
    ],
    ['a query in the path that any page could send', '/graphql?query={shardCluster{phase}}', {}, 400],
    ['text that is not JSON', '/graphql', { method: 'POST', headers: JSON_TYPE, body: '{' }, 400],
    ['an empty body', '/graphql', { method: 'POST', headers: JSON_TYPE, body: '' }, 400],
    ['JSON that is no object', '/graphql', { method: 'POST', headers: JSON_TYPE, body: '[]' }, 400],
    ['a batch', '/graphql', { method: 'POST', headers: JSON_TYPE, body: `[${CLUSTER}]` }, 400],
    ['a body beyond the limit', '/graphql', { method: 'POST', headers: JSON_TYPE, body: ' '.repeat(10_001) }, 413],
    ['a body at the limit', '/graphql', { method: 'POST', headers: JSON_TYPE, body: CLUSTER.padEnd(10_000) }, 200],
  ])('%s', async (_name, path, request, status) => {
    await start();
    const response = await fetch(base + path, request);
    expect(response.status).toBe(status);
    expect(await response.text()).not.toMatch(/node_modules|stacktrace/u);
    expect(errors()).toEqual([]);
  });

  it('stops reading a body that grows beyond the limit without having said so', async () => {
    await start();
    const answer = new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${base}/graphql`, { method: 'POST', headers: JSON_TYPE }, ({ statusCode }) =>
        resolve(statusCode ?? 0),
      );
      request.on('error', reject);
      for (let chunk = 0; chunk < 11; chunk += 1) request.write(' '.repeat(1_000));
    });
    expect(await answer).toBe(413);
  });

  it('goes on when a client closes its socket in the middle of a request or of an answer', async () => {
    let finish: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (finish = resolve));
    let answer: (() => void) | null = null;
    await start({
      act: () =>
        new Promise((resolve) => {
          finish();
          answer = () => resolve({ ok: false, error: new LockstepError('TASK_MODE_CONFLICT', 'no') });
        }),
    });
    const body = JSON.stringify({
      query: 'mutation { putShardTask(input: {name: "t", mode: OPTIMISTIC, sources: []}) { __typename } }',
    });
    const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
    const half = connect(server.address.port, '127.0.0.1', () =>
      half.write(head + body.slice(0, 10), () => half.destroy()),
    );
    const whole = connect(server.address.port, '127.0.0.1', () => whole.write(head + body));
    await asked;
    whole.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    answer!();
    expect((await fetch(`${base}/livez`)).status).toBe(200);
    expect(errors()).toEqual([]);
  });
});

describe('what a client is told of errors', () => {
  it('a defect is logged under an ID, and the ID is all that is told', async () => {
    await start({
      pendingOperations: () => {
        throw new TypeError('secret detail');
      },
    });
    const { errors: told } = await send(`${base}/graphql`, PENDING);
    expect(told).toMatchObject([
      { path: ['pendingShardOperations'], extensions: { code: 'INTERNAL', retryable: false } },
    ]);
    expect(JSON.stringify(told)).not.toMatch(/secret|TypeError|stack/u);
    const [line] = errors() as { fields: { errorId: string; err: Error } }[];
    expect(line?.fields.err.message).toBe('secret detail');
    expect(JSON.stringify(told)).toContain(line?.fields.errorId);
  });

  it('a lost store is told as such, and may be retried', async () => {
    await start({ renewWorker: () => Promise.reject(new LockstepError('STORE_UNAVAILABLE', 'the store is away')) });
    const query =
      'mutation { renewShardWorker(input: {session: {task: "t", source: "s", id: "i", epoch: "1"}}) { __typename } }';
    const { errors: told } = await send(`${base}/graphql`, query);
    expect(told).toMatchObject([
      { message: 'the store is away', extensions: { code: 'STORE_UNAVAILABLE', retryable: true } },
    ]);
    expect(errors()).toEqual([]);
  });

  it('an error that no union has is told at the top, by its code', async () => {
    await start({
      renewWorker: () => Promise.resolve({ ok: false, error: new LockstepError('LOCK_IS_RESOLVING', 'odd') }),
    });
    const query =
      'mutation { renewShardWorker(input: {session: {task: "t", source: "s", id: "i", epoch: "1"}}) { __typename } }';
    expect((await send(`${base}/graphql`, query)).errors).toMatchObject([
      { extensions: { code: 'LOCK_IS_RESOLVING' } },
    ]);
  });
});

describe('WebSockets', () => {
  const socketTo = (path: string, options: object = {}, protocols: string[] = ['graphql-transport-ws']): WebSocket =>
    new WebSocket(`${base.replace('http', 'ws')}${path}`, protocols, options);
  const ended = (socket: WebSocket): Promise<string> =>
    new Promise((resolve) => {
      socket.on('close', (code) => resolve(`closed ${code}`));
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(`refused ${statusCode}`));
      socket.on('error', () => undefined);
    });

  it('are refused at another path, from another origin and without the protocol', async () => {
    await start();
    expect(await ended(socketTo('/other'))).toBe('refused 404');
    expect(await ended(socketTo('/graphql', { origin: 'https://evil.example' }))).toBe('refused 403');
    expect(await ended(socketTo('/graphql', { origin: 'null' }))).toBe('refused 403');
    expect(await ended(socketTo('/graphql', {}, []))).toBe('closed 4406');
    const welcome = socketTo('/graphql', { origin: base });
    welcome.on('open', () => welcome.close(1000));
    expect(await ended(welcome)).toBe('closed 1000');
  });

  it.each([
    ['no JSON', '{', 'closed 4400'],
    ['no message of the protocol', '{"type":"start"}', 'closed 4400'],
    [
      'a subscription without a greeting',
      '{"id":"1","type":"subscribe","payload":{"query":"{shardCluster{phase}}"}}',
      'closed 4401',
    ],
    ['too much', JSON.stringify({ type: 'ping', payload: { x: ' '.repeat(10_000) } }), 'closed 1009'],
  ])('are closed after %s', async (_name, text, expected) => {
    await start();
    const socket = socketTo('/graphql');
    socket.on('open', () => socket.send(text));
    expect(await ended(socket)).toBe(expected);
    expect(errors()).toEqual([]);
  });

  it('tell errors as HTTP does', async () => {
    await start({
      operations: () => {
        throw new TypeError('secret detail');
      },
    });
    const url = `${base}/graphql`;
    const named = { task: 't', source: 's' };
    const defect = await PlainSubscription.open(url, document('ShardOperations'), named);
    expect(await defect.message()).toMatchObject({
      type: 'next',
      payload: { errors: [{ extensions: { code: 'INTERNAL' } }] },
    });
    const nameless = await PlainSubscription.open(url, document('ShardOperations'), { ...named, task: '' });
    expect(await nameless.message()).toMatchObject({
      type: 'next',
      payload: { errors: [{ extensions: { code: 'INVALID_INPUT' } }] },
    });
    const unknown = await PlainSubscription.open(url, 'subscription { nope }', {});
    expect(await unknown.message()).toMatchObject({
      type: 'error',
      payload: [{ message: expect.stringContaining('nope') }],
    });
    expect(errors().length).toBe(1);
    for (const socket of [defect, nameless, unknown]) socket.close();
  });

  it('tell of a subscription that fails later, and end it', async () => {
    await start({
      operations: (): AsyncIterable<OperationView> => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(new LockstepError('STORE_UNAVAILABLE', 'the store is away')),
        }),
      }),
    });
    const named = { task: 't', source: 's' };
    const subscription = await PlainSubscription.open(`${base}/graphql`, document('ShardOperations'), named);
    expect(await subscription.message()).toMatchObject({
      type: 'error',
      payload: [{ message: 'the store is away', extensions: { code: 'STORE_UNAVAILABLE', retryable: true } }],
    });
    subscription.close();
    expect(errors()).toEqual([]);
  });

  it('release what a subscription holds as soon as it ends, also while nothing comes', async () => {
    let open = 0;
    await start({
      operations: (_task, _source, _after, signal): AsyncIterable<OperationView> => {
        open += 1;
        return (async function* () {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
          open -= 1;
          yield* [];
        })();
      },
    });
    const named = { task: 't', source: 's' };
    const sockets = await Promise.all(
      [1, 2].map(() => PlainSubscription.open(`${base}/graphql`, document('ShardOperations'), named)),
    );
    await until(
      () => Promise.resolve(open),
      (count) => count === 2,
    );
    sockets[0]!.close();
    await until(
      () => Promise.resolve(open),
      (count) => count === 1,
    );
    sockets[1]!.cut();
    await until(
      () => Promise.resolve(open),
      (count) => count === 0,
    );
  });
});
