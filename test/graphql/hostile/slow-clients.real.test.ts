import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { OperationView } from '../../../src/coordinator/service';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseSourceId, parseTaskName } from '../../../src/core/model/names';
import { NO_REVISION } from '../../../src/core/model/revision';
import { GraphqlServer } from '../../../src/graphql/graphql-server';
import { DEFAULT_LIMITS } from '../../../src/graphql/limits/limits';
import { scriptedService } from '../../support/scripted-service';
import { SilentLogger } from '../../support/silent-logger';
import { requestBytes, sendRaw } from './raw-http';
import { RawSocket } from './raw-socket';

jest.setTimeout(60_000);

const logger = new SilentLogger();
const RECEIVE_MS = 1_500;
let server: GraphqlServer;
let url: URL;

const service = scriptedService({ operations: (_task, _source, _after, signal) => untilAborted(signal) });

async function* untilAborted(signal: AbortSignal): AsyncGenerator<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

async function startWith(limits: Record<string, number>, of = service): Promise<GraphqlServer> {
  return await GraphqlServer.start({ service: of, logger, host: '127.0.0.1', port: 0, limits });
}

beforeAll(async () => {
  server = await startWith({ 'receive-ms': RECEIVE_MS, 'stalled-ms': 1_000, 'idle-ms': 1_000 });
  url = new URL(`http://127.0.0.1:${server.address.port}/graphql`);
});

afterAll(async () => {
  await server.stop();
  expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

const HEAD = ['host: localhost', 'content-type: application/json'];

/** Sends these bytes, then one more each 100 ms for as long as the server lets it; how long that was. */
async function drip(bytes: string): Promise<number> {
  const socket = connect(Number(url.port), '127.0.0.1');
  const began = performance.now();
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(bytes);
  const timer = setInterval(() => socket.write('x'), 100);
  await new Promise((resolve) => socket.on('close', resolve));
  clearInterval(timer);
  return performance.now() - began;
}

/** Whether the server lets go of a connection whose upgrade it refused, though the client never closes its half. */
async function letsGo({ port }: { readonly port: number }, path: string): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(
    requestBytes(`GET ${path} HTTP/1.1`, ['host: localhost', 'connection: upgrade', 'upgrade: websocket'], ''),
  );
  await new Promise((resolve) => socket.once('end', resolve));
  // Whoever is gone answers what is sent to him by cutting the connection.
  const timer = setInterval(() => socket.write('x'), 50);
  const patience = setTimeout(() => socket.destroy(new Error('it was never cut')), 10_000);
  const hadError = new Promise<boolean>((resolve) =>
    socket.once('error', ({ message }) => resolve(message !== 'it was never cut')),
  );
  const isCut = await hadError;
  clearInterval(timer);
  clearTimeout(patience);
  return isCut;
}

describe('who is refused an upgrade and stays', () => {
  it('holds no place of those who may come', async () => {
    const patient = await startWith({});
    expect(await letsGo(patient.address, '/nowhere')).toBe(true);
    await patient.stop();
  });
});

describe('who sends too slowly is cut off', () => {
  it('within ten seconds, if nobody says otherwise', () => {
    expect(DEFAULT_LIMITS['receive-ms'] + 500).toBeLessThan(10_000);
  });

  // At the same time: each waits for as long as the server does.
  it('with a head, a body or nothing', async () => {
    const head = (path: string, ...headers: readonly string[]): string =>
      requestBytes(`POST ${path} HTTP/1.1`, [...HEAD, ...headers], '');
    const dripped = await Promise.all([
      drip('GET /livez HTTP/1.1\r\nhost: localhost\r\nx: '),
      drip('POST /graph'),
      drip(`${head('/graphql', 'content-length: 10000')}{`),
      drip(`${head('/graphql/stream', 'content-length: 10000')}{`),
      drip(`${head('/graphql', 'transfer-encoding: chunked')}2710\r\n{`),
      sendRaw(url, '', { keepOpen: true }).then(({ openMs }) => openMs),
    ]);
    for (const tookMs of dripped) {
      expect(tookMs).toBeGreaterThan(RECEIVE_MS - 500);
      expect(tookMs).toBeLessThan(RECEIVE_MS + 8_000);
    }
  }, 30_000);
});

/** An operation of a hundred kilobytes. */
const OPERATION: OperationView = {
  task: parseTaskName('t'),
  source: parseSourceId('s'),
  table: null,
  lockId: formatLockId(parseTaskName('t'), { schema: 'a', table: 'b' }),
  ddls: ['x'.repeat(100_000)],
  exec: true,
  stage: null,
  message: '',
  columns: [],
  done: false,
  revision: NO_REVISION,
};

/** An answer of several megabytes. */
const LARGE = `{ ${Array.from({ length: 50 }, (_, i) => `a${i}: _service { sdl }`).join(' ')} }`;

/** Reads nothing for a while, then everything: how many bytes there were until the server ended the connection. */
async function readLate(socket: Socket, afterMs: number): Promise<number> {
  socket.pause();
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  let bytes = 0;
  socket.on('data', (chunk) => (bytes += chunk.length));
  socket.resume();
  await new Promise((resolve) => socket.on('close', resolve));
  return bytes;
}

describe('who takes nothing of what waits for him is cut off', () => {
  const COUNT = 40;

  it('over HTTP', async () => {
    const body = JSON.stringify({ query: LARGE });
    const one = requestBytes('POST /graphql HTTP/1.1', [...HEAD, `content-length: ${body.length}`], body);
    const whole = (await sendRaw(url, one)).body.length;
    const socket = connect(Number(url.port), '127.0.0.1', () => socket.write(one.repeat(COUNT)));
    socket.on('error', () => undefined);
    expect(await readLate(socket, 4_000)).toBeLessThan((whole * COUNT) / 2);
  }, 60_000);

  it('over a WebSocket; meanwhile no more of what he asks is carried out', async () => {
    const socket = await RawSocket.connect(url.href);
    await socket.greet();
    socket.stream.removeAllListeners('data');
    for (let id = 0; id < COUNT; id += 1)
      socket.sendJson({ id: String(id), type: 'subscribe', payload: { query: LARGE } });
    const bytes = await readLate(socket.stream, 4_000);
    expect(bytes).toBeGreaterThan(0);
    // Eight answers are made at once, of six megabytes each; the others never are.
    expect(bytes).toBeLessThan(80_000_000);
  }, 60_000);
});

describe('a stream whose reader takes nothing', () => {
  it('is cut off, and no more of it is made', async () => {
    let made = 0;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    async function* endless(signal: AbortSignal): AsyncGenerator<OperationView> {
      try {
        for (; !signal.aborted; made += 1) yield await Promise.resolve(OPERATION);
      } finally {
        end();
      }
    }
    const streams = scriptedService({ operations: (_task, _source, _after, signal) => endless(signal) });
    const impatient = await startWith({ 'stalled-ms': 1_000 }, streams);
    try {
      const body = JSON.stringify({ query: 'subscription { shardOperations(task: "t", source: "s") { ddls } }' });
      const asked = requestBytes('POST /graphql/stream HTTP/1.1', [...HEAD, `content-length: ${body.length}`], body);
      const socket = connect(impatient.address.port, '127.0.0.1', () => socket.write(asked));
      socket.on('error', () => undefined);
      socket.pause();
      await ended;
      // What fits between the two, not all that could have been made in a second.
      expect(made).toBeLessThan(200);
      socket.destroy();
    } finally {
      await impatient.stop();
    }
  }, 60_000);
});

describe('connections', () => {
  it('on which nothing is asked for are closed', async () => {
    const socket = await RawSocket.connect(url.href);
    await socket.greet();
    expect(await socket.untilClosed()).toBe(1000);
  });

  it('that ask without end while an answer goes on are cut off', async () => {
    const patient = await startWith({ pipelined: 5 });
    const query = 'subscription { shardOperations(task: "t", source: "s") { id } }';
    const body = JSON.stringify({ query });
    const stream = requestBytes('POST /graphql/stream HTTP/1.1', [...HEAD, `content-length: ${body.length}`], body);
    const more = requestBytes('GET /livez HTTP/1.1', ['host: localhost'], '');
    try {
      const socket = connect(patient.address.port, '127.0.0.1', () => socket.write(stream));
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      await new Promise((resolve) => socket.once('data', resolve));
      socket.write(more.repeat(4));
      await sendRaw(new URL(`http://127.0.0.1:${patient.address.port}`), more);
      expect(socket.readableEnded).toBe(false);
      socket.write(more);
      await closed;
    } finally {
      await patient.stop();
    }
  }, 20_000);

  it('beyond the limit are not taken; others go on', async () => {
    const small = await startWith({ connections: 3 });
    const place = `http://127.0.0.1:${small.address.port}/graphql`;
    try {
      const sockets = await Promise.all([1, 2, 3].map(() => RawSocket.connect(place)));
      const refused = await sendRaw(new URL(place), requestBytes('GET /livez HTTP/1.1', ['host: localhost']), {
        keepOpen: true,
      });
      expect(refused.status).toBe(0);
      sockets[0]?.cut();
      await sockets[1]?.greet();
      for (const socket of sockets) socket.cut();
    } finally {
      await small.stop();
    }
  });
});
