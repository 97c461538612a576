import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startServer } from '../../src/server';
import type { RunningServer, ServerOptions } from '../../src/server';
import { SilentLogger } from '../support/silent-logger';
import { until } from './operator-requests';
import { document, send } from './plain-client';
import type { Answer, JsonObject } from './plain-client';
import { registered } from './plain-worker';

jest.setTimeout(60_000);

/** A router that takes messages, and answers as a test says. */
class PlayedRouter {
  readonly messages: JsonObject[] = [];
  readonly headers: unknown[] = [];
  /** What it answers, by the kind of message; 204 to others. */
  answers: Readonly<Record<string, number>> = {};
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const message = JSON.parse(text) as JsonObject & { action: string };
        this.messages.push(message);
        this.headers.push(request.headers['subscription-protocol']);
        const status = this.answers[message.action] ?? 204;
        if (status === 302) response.setHeader('location', '/elsewhere/');
        response.writeHead(status).end();
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  actions(): unknown[] {
    return this.messages.map(({ action }) => action);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const logger = new SilentLogger();
let router: PlayedRouter;
let server: RunningServer;

async function start(options: Partial<ServerOptions> = {}): Promise<void> {
  const callbackPrefixes = [`${router.url}/callback/`];
  server = await startServer({
    ...{ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger, callbackPrefixes, ...options },
  });
}

beforeEach(async () => {
  router = new PlayedRouter();
  await router.start();
});

afterEach(async () => {
  await server.stop();
  await router.stop();
  expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

const SUBSCRIPTION = document('ShardLockEvents');

async function subscribe(more: object = {}, query = SUBSCRIPTION): Promise<Answer> {
  const subscription = {
    callbackUrl: `${router.url}/callback/s1`,
    subscriptionId: 's1',
    verifier: 'v1',
    heartbeatIntervalMs: 0,
    ...more,
  };
  const response = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json;callbackSpec=1.0' },
    body: JSON.stringify({ query, variables: {}, extensions: { subscription } }),
  });
  const body = (await response.json()) as { data?: JsonObject; errors?: Answer['errors'] };
  return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
}

const heard = (isDone: (actions: unknown[]) => boolean): Promise<unknown[]> =>
  until(() => Promise.resolve(router.actions()), isDone);

describe('a subscription by callbacks', () => {
  it('is checked, then told its results one after the other, and its end', async () => {
    await start();
    expect(await subscribe()).toEqual({ status: 200, data: null, errors: [] });
    await registered(server.url, 'w', 'task', 's1', 'OPTIMISTIC');
    await heard((actions) => actions.filter((action) => action === 'next').length >= 2);
    await server.stop();
    await heard((actions) => actions.at(-1) === 'complete');
    const [check, snapshot, events] = router.messages;
    expect(check).toEqual({ kind: 'subscription', action: 'check', id: 's1', verifier: 'v1' });
    expect(snapshot).toMatchObject({ action: 'next', payload: { data: { shardLockEvents: { locks: [] } } } });
    expect(events).toMatchObject({
      id: 's1',
      verifier: 'v1',
      payload: { data: { shardLockEvents: { __typename: 'ShardLockEvents' } } },
    });
    expect(new Set(router.headers)).toEqual(new Set(['callback/1.0']));
  });

  it('is told by a heartbeat that it goes on', async () => {
    await start();
    await subscribe({ heartbeatIntervalMs: 1 }, 'subscription { shardOperations(task: "t", source: "s") { id } }');
    const began = performance.now();
    await heard((actions) => actions.filter((action) => action === 'check').length >= 3);
    // Nobody makes the server speak more often than once a second.
    expect(performance.now() - began).toBeGreaterThan(1_500);
  });

  it('is not told so all the time if a pause is longer than timers run', async () => {
    await start();
    const query = 'subscription { shardOperations(task: "t", source: "s") { id } }';
    await subscribe({ heartbeatIntervalMs: 2 ** 31 }, query);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(router.actions()).toEqual(['check']);
  });

  it('ends with its errors if it never was one', async () => {
    await start();
    await subscribe({}, 'subscription { shardOperations(task: "", source: "s") { id } }');
    await heard((actions) => actions.at(-1) === 'complete');
    expect(router.messages.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
    expect(router.actions()).toEqual(['check', 'complete']);
  });

  it.each([404, 400])('ends when the router answers %d', async (status) => {
    await start();
    router.answers = { next: status };
    await subscribe();
    await heard((actions) => actions.includes('next'));
    await registered(server.url, 'w', 'task', 's1', 'OPTIMISTIC');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(router.actions()).toEqual(['check', 'next']);
  });

  it('is told again what the router could not take', async () => {
    await start();
    router.answers = { next: 503 };
    await subscribe();
    await heard((actions) => actions.filter((action) => action === 'next').length >= 2);
    router.answers = {};
    await registered(server.url, 'w', 'task', 's1', 'OPTIMISTIC');
    const isEvent = ({ payload }: JsonObject): boolean => JSON.stringify(payload ?? null).includes('WORKER_ONLINE');
    await until(
      () => Promise.resolve(router.messages),
      (messages) => messages.some(isEvent),
    );
  });
});

describe('a callback is refused', () => {
  it.each<[string, (base: string) => string]>([
    ['elsewhere', () => 'http://169.254.169.254/latest/meta-data/'],
    ['above the prefix', (base) => `${base}/admin`],
    ['by a detour', (base) => `${base}/callback/../admin`],
    ['by an encoded detour', (base) => `${base}/callback/%2e%2e/admin`],
    ['by an encoded slash', (base) => `${base}/callback/..%2Fadmin`],
    ['of a name that begins alike', (base) => `${base}.evil.example/callback/s1`],
    ['behind a name and a password', (base) => base.replace('://', '://a:b@').concat('/callback/s1')],
    ['of a name before an at', (base) => `${base}@evil.example/callback/s1`],
    ['of another scheme', (base) => `${base.replace('http', 'file')}/callback/s1`],
    ['that is none', () => 'callback'],
    ['that is very long', (base) => `${base}/callback/${'x'.repeat(2_000)}`],
  ])('%s', async (_name, placeOf) => {
    await start();
    const answer = await subscribe({ callbackUrl: placeOf(router.url) });
    expect([answer.status, answer.errors[0]?.extensions['code']]).toEqual([400, 'INVALID_INPUT']);
    expect(router.messages).toEqual([]);
  });

  it('that leads elsewhere', async () => {
    await start();
    router.answers = { check: 302 };
    expect((await subscribe()).status).toBe(400);
    expect(router.actions()).toEqual(['check']);
  });

  it('beyond the limit', async () => {
    await start({ limits: { callbacks: 1 } });
    expect((await subscribe()).status).toBe(200);
    expect(await subscribe()).toMatchObject({ status: 429, errors: [{ extensions: { code: 'TOO_MANY_REQUESTS' } }] });
  });

  it('where there are none, which is the default', async () => {
    await start({ callbackPrefixes: [] });
    expect(await subscribe()).toMatchObject({ status: 400, errors: [{ extensions: { code: 'INVALID_INPUT' } }] });
    expect(router.messages).toEqual([]);
    expect((await send(server.url, '{ __typename }')).status).toBe(200);
  });
});
