import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { CoordinatorService } from '../../../src/coordinator/service';
import { GraphqlServer } from '../../../src/graphql/graphql-server';
import { NO_METRICS } from '../../../src/ports/metrics';
import { scriptedService } from '../../support/scripted-service';
import { SilentLogger } from '../../support/silent-logger';
import { requestBytes, sendRaw } from './raw-http';
import { RawSocket, frameOf } from './raw-socket';

jest.setTimeout(120_000);

const LIVEZ = requestBytes('GET /livez HTTP/1.1', ['host: localhost']);
const logger = new SilentLogger();
const sockets: Socket[] = [];
let server: GraphqlServer;

/** What it closed connections for. */
let closedFor: string[] = [];

async function start(limits: Record<string, number>, script: Partial<CoordinatorService> = {}): Promise<void> {
  closedFor = [];
  const metrics = { ...NO_METRICS, cutConnection: (limit: string) => void closedFor.push(limit) };
  const service = scriptedService(script);
  server = await GraphqlServer.start({ service, logger, host: '127.0.0.1', port: 0, limits, metrics });
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.stop();
  expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

const url = (): URL => new URL(`http://127.0.0.1:${server.address.port}/graphql`);

/** A connection that the server knows: it takes only one in each turn of its event loop. */
async function open(): Promise<Socket> {
  const socket = connect(server.address.port, '127.0.0.1');
  socket.on('error', () => undefined);
  sockets.push(socket);
  socket.write(LIVEZ);
  await once(socket, 'data');
  return socket;
}

function openMany(count: number): Promise<readonly Socket[]> {
  return Promise.all(Array.from({ length: count }, open));
}

/** A request whose answer has several megabytes, though it has some hundred bytes itself. */
const LARGE = `{ ${Array.from({ length: 50 }, (_, i) => `a${i}: _service { sdl }`).join(' ')} }`;
const LARGE_BYTES = 5_000_000;

function asked(query: string): string {
  const body = JSON.stringify({ query });
  const headers = ['host: localhost', 'content-type: application/json', `content-length: ${body.length}`];
  return requestBytes('POST /graphql HTTP/1.1', headers, body);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('many heavy requests at once', () => {
  const COUNT = 40;
  const HEAVY = asked('{ pendingShardOperations(task: "t", source: "s") { id ddls exec conflictStage message done } }');
  let calls = 0;
  const busy: Partial<CoordinatorService> = {
    pendingOperations: () => {
      calls += 1;
      const until = performance.now() + 20;
      while (performance.now() < until);
      return [];
    },
  };

  beforeEach(() => {
    calls = 0;
  });

  it('hold up nobody else: whoever asks for little is answered between them', async () => {
    await start({}, busy);
    const [other, ...heavy] = await openMany(COUNT + 1);
    const answers = heavy.map((socket) => once(socket, 'data'));
    for (const socket of heavy) socket.write(HEAVY);
    other!.write(LIVEZ);
    await once(other!, 'data');
    expect(calls).toBeLessThan(COUNT / 2);
    await Promise.all(answers);
    expect(calls).toBe(COUNT);
  });

  it('are not carried out for clients that have gone', async () => {
    await start({}, busy);
    const gone = await openMany(COUNT);
    for (const socket of gone) socket.write(HEAVY);
    await Promise.race(gone.map((socket) => once(socket, 'data')));
    for (const socket of gone) socket.destroy();
    expect((await sendRaw(url(), HEAVY)).status).toBe(200);
    expect(calls).toBeLessThan(COUNT / 2);
  });
});

describe('many messages of one WebSocket at once', () => {
  it('hold up nobody else', async () => {
    let calls = 0;
    const pendingOperations = (): readonly [] => {
      calls += 1;
      const until = performance.now() + 5;
      while (performance.now() < until);
      return [];
    };
    await start({}, { pendingOperations });
    const other = await open();
    const socket = await greeted();
    const query = '{ pendingShardOperations(task: "t", source: "s") { id } }';
    const messages = Array.from({ length: 200 }, (_, id) => ({
      id: String(id),
      type: 'subscribe',
      payload: { query },
    }));
    socket.sendBytes(Buffer.concat(messages.map((message) => frameOf(Buffer.from(JSON.stringify(message))))));
    other.write(LIVEZ);
    await once(other, 'data');
    expect(calls).toBeLessThan(messages.length / 2);
    await until(() => calls === messages.length);
  });
});

describe('clients that take nothing', () => {
  it.each<[string, () => Promise<Socket>]>([
    [
      'HTTP',
      async () => {
        const socket = await open();
        socket.write(asked(LARGE));
        return socket;
      },
    ],
    [
      'WebSockets',
      async () => {
        const socket = await greeted();
        socket.stream.removeAllListeners('data');
        socket.stream.pause();
        for (let id = 0; id < 3; id += 1)
          socket.sendJson({ id: String(id), type: 'subscribe', payload: { query: LARGE } });
        return socket.stream;
      },
    ],
  ])('are closed when too much waits for all of them together, over %s; others go on', async (_name, ask) => {
    await start({ 'unsent-bytes': LARGE_BYTES * 4, 'stalled-ms': 100_000 });
    const stalled = [];
    for (let count = 0; count < 10; count += 1) {
      const socket = await ask();
      socket.pause();
      stalled.push(socket);
    }
    await until(() => closedFor.length >= 5);
    expect(new Set(closedFor)).toEqual(new Set(['unsent-bytes']));
    expect(logger.lines.at(-1)).toMatchObject({ message: 'a connection was closed: it is beyond a limit' });
    expect((await sendRaw(url(), LIVEZ)).status).toBe(200);
    expect(closedFor.length).toBeLessThan(10);
  });
});

describe('requests of one identity over many WebSockets', () => {
  const QUERY = 'subscription { shardOperations(task: "t", source: "s") { id } }';
  const message = (id: number): object => ({ id: String(id), type: 'subscribe', payload: { query: QUERY } });

  it.each([
    ['identity-requests', 4],
    ['identity-bytes', JSON.stringify(message(0)).length * 4],
  ])('are refused beyond %s, and taken again when others are over', async (limit, most) => {
    await start({ [limit]: most }, { operations: (_task, _source, _after, signal) => untilAborted(signal) });
    const [one, two] = [await greeted(), await greeted()];
    for (let id = 0; id < 2; id += 1) for (const socket of [one, two]) socket.sendJson(message(id));
    one.sendJson({ type: 'ping' });
    expect(await one.nextJson()).toEqual({ type: 'pong' });
    two.sendJson(message(2));
    expect(await two.nextJson()).toMatchObject({
      ...{ id: '2', type: 'error' },
      payload: [{ extensions: { code: 'TOO_MANY_REQUESTS', fields: { limit, most } } }],
    });
    one.cut();
    for (let id = 3; ; id += 1) {
      two.sendJson(message(id));
      two.sendJson({ type: 'ping' });
      if ((await two.nextJson())['type'] === 'pong') return;
      await two.nextJson();
    }
  });
});

async function* untilAborted(signal: AbortSignal): AsyncGenerator<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

async function greeted(): Promise<RawSocket> {
  const socket = await RawSocket.connect(url().href);
  sockets.push(socket.stream);
  await socket.greet();
  return socket;
}
