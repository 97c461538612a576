import { afterAll, describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { Agent, request as sendRequest } from 'node:http';
import { join } from 'node:path';
import { SeededRandom } from '../../support/seeded-random';
import { useServer } from '../../support/use-server';
import { RawSocket, frameOf } from './raw-socket';

/** How many requests; all of them with `LOCKSTEP_TEST_FULL=1`. */
const COUNT = process.env['LOCKSTEP_TEST_FULL'] === '1' ? 10_000 : 3_000;
const SEED = Number(process.env['LOCKSTEP_TEST_SEED'] ?? 20_260);
const CONNECTIONS = COUNT / 10;
const AT_ONCE = 4;
const STALL_MS = 1_000;

const server = useServer();
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
afterAll(() => agent.destroy());

const DOCUMENTS = join(__dirname, '..', '..', '..', 'schema', 'documents');
const documents = readdirSync(DOCUMENTS).map((file) => readFileSync(join(DOCUMENTS, file), 'utf8'));

/** Words that mean something to one of the readers on the way. */
const WORDS = [
  ...['{', '}', '(', ')', '[', ']', ':', '!', '$', '@', '...', '"', '"""', '\\', '#', ',', '&', '|', '='],
  ...['query', 'mutation', 'subscription', 'fragment', 'on', 'null', 'true', '__typename', '__schema', '__proto__'],
  ...['shardLocks', 'shardTask', '_entities', 'representations', 'first', '-1', '1e999', '9999999999999999999', '0x1'],
  ...['\u0000', '\ud800', '😀', '\u2028', '\r', '\ufeff', '%00', '../', '${', '<script>', "'; DROP TABLE locks; --"],
];

const METHODS = ['POST', 'POST', 'POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE'];
const TYPES = [
  'application/json',
  'application/json',
  'application/json',
  'text/plain',
  'application/graphql',
  ';',
  '',
];
const PATHS = [
  '/graphql',
  '/graphql',
  '/graphql',
  '/graphql/stream',
  '/',
  '/livez',
  '/readyz',
  '/metrics',
  '//',
  '/%2e%2e',
];

interface Malformed {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A text with some of its parts left out, doubled, exchanged, or replaced by words. */
function mutate(random: SeededRandom, text: string): string {
  let mutated = text;
  for (let times = random.below(4); times >= 0; times -= 1) {
    const at = random.below(mutated.length + 1);
    const length = random.below(random.oneIn(5) ? 200 : 5);
    const [before, cut, after] = [mutated.slice(0, at), mutated.slice(at, at + length), mutated.slice(at + length)];
    const put = random.pick(['', cut + cut, random.pick(WORDS), random.pick(WORDS).repeat(random.below(300))]);
    mutated = before + put + after;
  }
  return mutated;
}

/** A value of JSON, of any shape. */
function anyValue(random: SeededRandom, depth = 0): unknown {
  const leaves = [null, true, -1, 1e308, 2 ** 53, '', random.pick(WORDS), 'x'.repeat(random.below(3_000))];
  if (depth > 4 || random.oneIn(3)) return random.pick(leaves);
  const values = Array.from({ length: random.below(5) }, () => anyValue(random, depth + 1));
  if (random.oneIn(2)) return values;
  return Object.fromEntries(values.map((value) => [random.pick([...WORDS, 'input', 'id', 'task', 'first']), value]));
}

/** Values for the variables of the published documents, of which few fit. */
function anyVariables(random: SeededRandom): Record<string, unknown> {
  const names = ['input', 'filter', 'first', 'after', 'id', 'task', 'source', 'name'];
  return Object.fromEntries(names.map((name) => [name, anyValue(random)]));
}

function anyBody(random: SeededRandom): string {
  const query = random.pick(documents);
  const whole = { query, variables: anyVariables(random), operationName: random.oneIn(9) ? 'x' : undefined };
  switch (random.below(6)) {
    case 0:
      return mutate(random, JSON.stringify(whole));
    case 1:
      return JSON.stringify({ ...whole, query: mutate(random, query) });
    case 2:
      return JSON.stringify(whole);
    case 3:
      return JSON.stringify({ ...whole, [random.pick(Object.keys(whole))]: anyValue(random) });
    case 4:
      return JSON.stringify({ ...whole, extensions: { persistedQuery: anyValue(random) } });
    default:
      return JSON.stringify(anyValue(random));
  }
}

function makeRequest(random: SeededRandom): Malformed {
  const method = random.pick(METHODS);
  const body = anyBody(random);
  const search = random.oneIn(4)
    ? `?${encodeURIComponent(mutate(random, body).replace(/\p{Surrogate}/gu, '')).slice(0, 4_000)}`
    : '';
  const headers = {
    'content-type': random.pick(TYPES),
    ...(random.oneIn(5) ? { accept: random.pick(['*/*', 'text/event-stream', 'multipart/mixed', 'q=']) } : {}),
    ...(random.oneIn(9) ? { authorization: `Bearer ${'x'.repeat(random.below(9_000))}` } : {}),
    ...(random.oneIn(9) ? { 'x-lockstep-actor': 'x'.repeat(random.below(300)) } : {}),
    ...(random.oneIn(9) ? { 'apollo-require-preflight': '1' } : {}),
    ...(random.oneIn(9) ? { 'content-encoding': random.pick(['gzip', 'br', 'identity']) } : {}),
  };
  return { method, path: random.pick(PATHS) + search, headers, body };
}

/** The status, and how long it took; a stream is left as soon as it begins. */
function send({ method, path, headers, body }: Malformed): Promise<{ status: number; tookMs: number; text: string }> {
  const { hostname, port } = new URL(server.url);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const sent = sendRequest({ agent, hostname, port, method, path, headers }, (response) => {
      const status = response.statusCode ?? 0;
      const done = (text: string): void => resolve({ status, text, tookMs: performance.now() - began });
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => done(text));
      response.on('error', () => done(text));
      if (response.headers['content-type']?.startsWith('text/event-stream') === true)
        setTimeout(() => sent.destroy(), 20);
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      // What was refused before it was read ends its connection.
      ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') ? resolve({ status: 0, tookMs: 0, text: '' }) : reject(error),
    );
    sent.end(method === 'GET' || method === 'HEAD' ? undefined : body);
  });
}

/** Messages of the protocol, in an order that means something. */
const MESSAGES: readonly object[] = [
  { type: 'connection_init', payload: {} },
  { type: 'ping', payload: { a: 1 } },
  { id: '1', type: 'subscribe', payload: { query: 'subscription { shardLockEvents { __typename } }' } },
  { id: '2', type: 'subscribe', payload: { query: '{ shardLocks(first: 3) { nodes { id } } }', variables: {} } },
  { id: '1', type: 'complete' },
];

/** What a server closes a connection with that understands what is wrong. */
const CLOSE_CODES = [1002, 1007, 1009, 4400, 4401, 4408, 4409, 4429];

function malformedFrame(random: SeededRandom, text: string): Buffer {
  const payload = Buffer.from(random.oneIn(2) ? mutate(random, text) : text);
  if (!random.oneIn(5)) return frameOf(payload);
  const options = {
    opcode: random.below(16),
    reserved: random.below(2),
    final: !random.oneIn(3),
    masked: !random.oneIn(5),
  };
  return frameOf(payload, options);
}

describe('malformed messages', () => {
  it(`of seed ${SEED}: over ${CONNECTIONS} WebSockets they find no defect`, async () => {
    const random = new SeededRandom(SEED);
    for (let count = 0; count < CONNECTIONS; count += 1) {
      const socket = await RawSocket.connect(server.url);
      if (!random.oneIn(4)) await socket.greet();
      const messages = Array.from({ length: 1 + random.below(6) }, () => random.pick(MESSAGES));
      socket.sendBytes(Buffer.concat(messages.map((message) => malformedFrame(random, JSON.stringify(message)))));
      // An answer to this comes after whatever the others lead to, unless the connection is closed.
      socket.sendJson({ type: 'ping', payload: { last: count } });
      const code = await outcomeOf(socket, count);
      if (code !== null) expect(CLOSE_CODES).toContain(code);
      socket.cut();
    }
    expect(server.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  }, 120_000);
});

/** Wait until a ping is answered or the connection is closed. @returns the code; null: it was answered */
async function outcomeOf(socket: RawSocket, count: number): Promise<number | null> {
  for (;;) {
    const message = await socket.nextJson().catch(() => null);
    if (message === null) return await socket.untilClosed();
    if (JSON.stringify(message['payload'] ?? null) === `{"last":${count}}`) return null;
  }
}

describe('malformed requests', () => {
  it(`of seed ${SEED}: ${COUNT} of them find no defect, and hold nothing up`, async () => {
    const random = new SeededRandom(SEED);
    const requests = Array.from({ length: COUNT }, () => makeRequest(random));
    const statuses = new Map<number, number>();
    const slow: Malformed[] = [];
    const next = requests[Symbol.iterator]();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const request of { [Symbol.iterator]: () => next }) {
          const { status, tookMs, text } = await send(request);
          if (status >= 500) throw new Error(`status ${status}: ${JSON.stringify(request)} ${text}`);
          if (tookMs > STALL_MS) slow.push(request);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }),
    );
    // A machine may pause; a request that stalls the server does so again.
    for (const request of slow) expect((await send(request)).tookMs).toBeLessThan(STALL_MS);
    // They go everywhere: some are fine, some are refused at each door.
    expect([...statuses.keys()].sort((a, b) => a - b)).toEqual(expect.arrayContaining([200, 400, 404, 405, 415]));
    expect(server.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await fetch(server.url.replace('/graphql', '/livez'))).status).toBe(200);
  }, 300_000);
});
