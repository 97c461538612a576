import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LockstepError } from '../../../src/core/model/error';
import { GraphqlServer } from '../../../src/graphql/graphql-server';
import type { CoordinatorService } from '../../../src/coordinator/service';
import { scriptedService } from '../../support/scripted-service';
import { SilentLogger } from '../../support/silent-logger';
import { until } from '../operator-requests';
import { Opcode, RawSocket, frameOf } from './raw-socket';

jest.setTimeout(60_000);

const FOREVER = 'subscription { shardOperations(task: "t", source: "s") { id } }';
const logger = new SilentLogger();
let server: GraphqlServer;
let url: string;

/** Ends the action that was asked for last. */
let finishAction: (() => void) | null = null;

/** Wait until an action is asked for; ends it. */
async function begun(): Promise<() => void> {
  return await until(
    () => Promise.resolve(finishAction),
    (finish) => finish !== null,
  ).then((finish) => () => {
    finishAction = null;
    finish?.();
  });
}

/** Operations never come; a subscription to the task `broken` is a defect. */
const service: CoordinatorService = scriptedService({
  act: () =>
    new Promise((resolve) => {
      finishAction = () => resolve({ ok: false, error: new LockstepError('TASK_NOT_FOUND', 'no') });
    }),
  operations: (task, _source, _after, signal) => {
    if (task === 'broken') throw new TypeError('secret detail');
    return untilAborted(signal);
  },
});

async function* untilAborted(signal: AbortSignal): AsyncGenerator<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

async function start(limits: Record<string, number> = {}): Promise<void> {
  server = await GraphqlServer.start({ service, logger, host: '127.0.0.1', port: 0, limits });
  url = `http://127.0.0.1:${server.address.port}/graphql`;
}

beforeAll(() =>
  start({ subscriptions: 3, 'message-bytes': 65_536, 'subscription-bytes': 10_000, 'pending-bytes': 30_000 }),
);

afterAll(async () => {
  await server.stop();
  expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

const text = (value: string, options = {}): Buffer => frameOf(Buffer.from(value), options);
const json = (value: unknown): Buffer => text(JSON.stringify(value));
const subscribe = (id: string, query = FOREVER): object => ({ id, type: 'subscribe', payload: { query } });
const INIT = { type: 'connection_init' };

/** Name; the code; whether the connection is greeted first; what is sent then. */
type Row = readonly [string, number | null, 'greeted' | 'new', readonly Buffer[]];

const ROWS: readonly Row[] = [
  [
    'a message in tens of thousands of pieces',
    1008,
    'greeted',
    [
      Buffer.concat([
        text('{', { final: false }),
        ...Array.from({ length: 20_000 }, () => text(' ', { opcode: Opcode.CONTINUATION, final: false })),
      ]),
    ],
  ],
  ['what is not JSON', 4400, 'greeted', [text('{')]],
  ['a message that is no object', 4400, 'greeted', [json([1])]],
  ['a message without a type', 4400, 'greeted', [json({ id: '1' })]],
  ['a message of an unknown type', 4400, 'greeted', [json({ type: 'frob' })]],
  ['a message that only servers send', 4400, 'greeted', [json({ type: 'connection_ack' })]],
  ['a result', 4400, 'greeted', [json({ type: 'next', id: '1', payload: {} })]],
  ['a completion without an ID', 4400, 'greeted', [json({ type: 'complete' })]],
  ['a subscription without an ID', 4400, 'greeted', [json({ type: 'subscribe', payload: { query: FOREVER } })]],
  ['a subscription with a number as ID', 4400, 'greeted', [json({ ...subscribe('1'), id: 1 })]],
  ['a subscription without a document', 4400, 'greeted', [json({ id: '1', type: 'subscribe', payload: {} })]],
  [
    'variables that are a text',
    4400,
    'greeted',
    [json({ id: '1', type: 'subscribe', payload: { query: FOREVER, variables: 'x' } })],
  ],
  ['an empty message', 4400, 'greeted', [text('')]],
  ['bytes that are no message', 4400, 'greeted', [frameOf(Buffer.from([0, 1, 2, 255]), { opcode: Opcode.BINARY })]],
  ['a subscription before the greeting', 4401, 'new', [json(subscribe('1'))]],
  ['two greetings', 4429, 'greeted', [json(INIT)]],
  ['two greetings at once', 4429, 'new', [json(INIT), json(INIT)]],
  ['an ID that is in use', 4409, 'greeted', [json(subscribe('1')), json(subscribe('1'))]],
  ['a message beyond the limit', 1009, 'greeted', [text('x'.repeat(70_000))]],
  ['a message that announces more than the limit', 1009, 'greeted', [text('x', { announced: 2 ** 40 })]],
  [
    'a message in parts beyond the limit',
    1009,
    'greeted',
    [text('x'.repeat(40_000), { final: false }), text('x'.repeat(40_000), { opcode: Opcode.CONTINUATION })],
  ],
  ['a frame that is not masked', 1002, 'greeted', [text('{}', { masked: false })]],
  ['a frame with reserved bits', 1002, 'greeted', [text('{}', { reserved: 4 })]],
  ['a frame of an unknown kind', 1002, 'greeted', [text('{}', { opcode: 5 })]],
  ['a part without a beginning', 1002, 'greeted', [text('{}', { opcode: Opcode.CONTINUATION })]],
  ['a beginning within a message', 1002, 'greeted', [text('{', { final: false }), text('}')]],
  ['a ping that is too long', 1002, 'greeted', [text('x'.repeat(126), { opcode: Opcode.PING })]],
  ['a ping in parts', 1002, 'greeted', [text('x', { opcode: Opcode.PING, final: false })]],
  ['a close of one byte', 1002, 'greeted', [text('x', { opcode: Opcode.CLOSE })]],
  [
    'a close with a code that nobody may send',
    1002,
    'greeted',
    [frameOf(Buffer.from([0x03, 0xed]), { opcode: Opcode.CLOSE })],
  ],
  ['text that is no UTF-8', 1007, 'greeted', [frameOf(Buffer.from([0xc3, 0x28]))]],
  ['a close', 1000, 'greeted', [frameOf(Buffer.from([0x03, 0xe8]), { opcode: Opcode.CLOSE })]],
];

async function greeted(): Promise<RawSocket> {
  const socket = await RawSocket.connect(url);
  await socket.greet();
  return socket;
}

describe('a WebSocket is closed', () => {
  it.each(ROWS)('for %s, with %s', async (_name, code, state, frames) => {
    const socket = await RawSocket.connect(url);
    if (state === 'greeted') await socket.greet();
    socket.sendBytes(Buffer.concat(frames));
    expect(await socket.untilClosed()).toBe(code);
  });

  it('for pings without end whose answers are not taken', async () => {
    const { stream } = await greeted();
    const ping = frameOf(Buffer.alloc(125, 'x'), { opcode: Opcode.PING });
    const many = Buffer.concat(Array.from({ length: 5_000 }, () => ping));
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.pause();
    // Until as much is on its way as fits between the two: what isn't read is never known to be closed.
    const timer = setInterval(() => stream.write(many), 100);
    await closed;
    clearInterval(timer);
  });

  it('for a protocol that it does not speak, with 4406', async () => {
    const socket = await RawSocket.connect(url, null);
    expect(await socket.untilClosed()).toBe(4406);
    await expect(RawSocket.connect(url, 'graphql-ws').then((old) => old.untilClosed())).resolves.toBe(4406);
  });

  it('without a greeting within three seconds, with 4408', async () => {
    const socket = await RawSocket.connect(url);
    const began = performance.now();
    expect(await socket.untilClosed()).toBe(4408);
    expect(performance.now() - began).toBeGreaterThan(2_500);
  });

  it('for a defect of the server, with 4500 and no word of it', async () => {
    const socket = await RawSocket.connect(url);
    await socket.greet();
    socket.sendJson(subscribe('1', 'subscription { shardOperations(task: "broken", source: "s") { id } }'));
    const message = await socket.nextJson();
    expect(message).toMatchObject({
      id: '1',
      type: 'next',
      payload: { errors: [{ extensions: { code: 'INTERNAL' } }] },
    });
    expect(JSON.stringify(message)).not.toContain('secret');
    logger.lines.splice(0);
    socket.cut();
  });
});

describe('a WebSocket stays open', () => {
  it('where only one subscription is wrong, and sends nothing after an end', async () => {
    const socket = await RawSocket.connect(url);
    await socket.greet();
    socket.sendJson(subscribe('good'));
    socket.sendJson(subscribe('syntax', 'subscription {'));
    expect(await socket.nextJson()).toMatchObject({ id: 'syntax', type: 'error' });
    socket.sendJson(subscribe('invalid', 'subscription { nothing }'));
    expect(await socket.nextJson()).toMatchObject({ id: 'invalid', type: 'error' });
    socket.sendJson({ id: 'good', type: 'complete' });
    socket.sendJson({ id: 'never', type: 'complete' });
    socket.sendJson(subscribe('good', '{ __typename }'));
    expect(await socket.nextJson()).toMatchObject({ id: 'good', type: 'next' });
    expect(await socket.nextJson()).toEqual({ id: 'good', type: 'complete' });
    socket.sendJson({ type: 'ping' });
    expect(await socket.nextJson()).toEqual({ type: 'pong' });
    socket.cut();
  });

  it('and tells nobody what he has completed, also if he uses its name again', async () => {
    const socket = await RawSocket.connect(url);
    await socket.greet();
    const mutation = 'mutation { removeShardMeta(input: {task: "t"}) { __typename } }';
    socket.sendJson(subscribe('1', mutation));
    const finish = await begun();
    for (const query of ['{ a: __typename }', '{ b: __typename }']) {
      socket.sendJson({ id: '1', type: 'complete' });
      socket.sendJson(subscribe('1', query));
    }
    socket.sendJson({ type: 'ping' });
    expect(await socket.nextJson()).toEqual({ type: 'pong' });
    finish();
    expect(await socket.nextJson()).toEqual({ id: '1', type: 'next', payload: { data: { b: 'Query' } } });
    expect(await socket.nextJson()).toEqual({ id: '1', type: 'complete' });
    socket.sendJson({ type: 'ping' });
    expect(await socket.nextJson()).toEqual({ type: 'pong' });
    socket.cut();
  });

  it('until a name is used twice while a request waits under it', async () => {
    const socket = await RawSocket.connect(url);
    await socket.greet();
    socket.sendJson(subscribe('1', 'mutation { removeShardMeta(input: {task: "t"}) { __typename } }'));
    const finish = await begun();
    socket.sendJson({ id: '1', type: 'complete' });
    socket.sendJson(subscribe('1', '{ __typename }'));
    socket.sendJson(subscribe('1', '{ __typename }'));
    expect(await socket.untilClosed()).toBe(4409);
    finish();
  });

  it('and refuses a subscription of which too much would be kept', async () => {
    const socket = await RawSocket.connect(url);
    await socket.greet();
    const query = 'subscription ($t: ID!) { shardOperations(task: $t, source: "s") { id } }';
    socket.sendJson({ id: '1', type: 'subscribe', payload: { query, variables: { t: 'x'.repeat(10_000) } } });
    const refused = { code: 'REQUEST_TOO_LARGE', fields: { limit: 'subscription-bytes' } };
    expect(await socket.nextJson()).toMatchObject({ id: '1', payload: [{ extensions: refused }] });
    const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const deep = JSON.stringify({ id: '2', type: 'subscribe', payload: { query, variables: {} } });
    socket.stream.write(text(deep.replace('"variables":{}', `"variables":{"t":${nested}}`)));
    expect(await socket.nextJson()).toMatchObject({ id: '2', payload: [{ extensions: refused }] });
    // What the document doesn't know isn't kept, and makes no difference.
    socket.stream.write(
      text(deep.replace('"2"', '"3"').replace('"variables":{}', `"variables":{"t":"t","u":${nested}}`)),
    );
    socket.sendJson({ type: 'ping' });
    expect(await socket.nextJson()).toEqual({ type: 'pong' });
    socket.cut();
  });

  it('and refuses more while too much waits for its answer', async () => {
    const socket = await RawSocket.connect(url);
    await socket.greet();
    const query = 'mutation { removeShardMeta(input: {task: "t"}) { __typename } }';
    socket.sendJson({ id: '1', type: 'subscribe', payload: { query, variables: { unknown: 'x'.repeat(30_000) } } });
    const finish = await begun();
    socket.sendJson(subscribe('2', '{ __typename }'));
    expect(await socket.nextJson()).toMatchObject({
      id: '2',
      payload: [{ extensions: { code: 'TOO_MANY_REQUESTS', fields: { limit: 'pending-bytes' } } }],
    });
    finish();
    expect(await socket.nextJson()).toMatchObject({ id: '1', type: 'next' });
    expect(await socket.nextJson()).toMatchObject({ id: '1', type: 'complete' });
    socket.sendJson(subscribe('3', '{ __typename }'));
    expect(await socket.nextJson()).toMatchObject({ id: '3', type: 'next' });
    socket.cut();
  });

  it('and refuses one subscription too many; others go on', async () => {
    const socket = await RawSocket.connect(url);
    await socket.greet();
    for (const id of ['1', '2', '3', '4']) socket.sendJson(subscribe(id));
    expect(await socket.nextJson()).toMatchObject({
      id: '4',
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_REQUESTS', fields: { limit: 'subscriptions' } } }],
    });
    socket.sendJson({ id: '1', type: 'complete' });
    socket.sendJson(subscribe('5', '{ __typename }'));
    expect(await socket.nextJson()).toMatchObject({ id: '5', type: 'next' });
    socket.cut();
  });
});
