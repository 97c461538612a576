import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../src/graphql/limits/limits';
import type { Limits } from '../../src/graphql/limits/limits';
import { OperatingServer } from '../../src/graphql/transport/operating-server';
import type { ListenerOptions } from '../../src/graphql/transport/listener';
import { LOCAL_PROXIES } from '../../src/identity/remote-address';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { useDirectories } from '../adapters/embedded/use-directories';
import { SilentLogger } from '../support/silent-logger';
import { sendRaw } from './hostile/raw-http';

// A busy machine may take that long.
jest.setTimeout(60_000);

const ALERTS = join(__dirname, '..', '..', 'operations', 'lockstep-alerts.yaml');
const makeDirectory = useDirectories();
const logger = new SilentLogger();
let server: RunningServer;

const rulesOf = (limits: Partial<Limits> = {}): Omit<ListenerOptions, 'tls'> => ({
  limits: { ...DEFAULT_LIMITS, ...limits },
  proxies: LOCAL_PROXIES,
  onCut: () => undefined,
});

const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Everybody's token is his role. */
function authFile(): string {
  const directory = makeDirectory();
  const tokens = [
    `{name: anna, sha256: ${sha256('viewer')}, roles: [viewer]}`,
    `{name: otto, sha256: ${sha256('operator')}, roles: [operator]}`,
    `{name: bound, sha256: ${sha256('bound')}, roles: [viewer], tasks: [t1]}`,
    `{name: worker-1, sha256: ${sha256('worker')}, roles: [worker], tasks: ['*'], sources: ['*']}`,
  ];
  writeFileSync(join(directory, 'tokens.yaml'), `tokens:\n${tokens.map((token) => `  - ${token}\n`).join('')}`);
  writeFileSync(join(directory, 'auth.yaml'), 'tokens: tokens.yaml\n');
  return join(directory, 'auth.yaml');
}

beforeAll(async () => {
  server = await startServer({
    store: { kind: 'memory' },
    host: '127.0.0.1',
    port: 0,
    logger,
    authFile: authFile(),
    metricsListen: { host: '127.0.0.1', port: 0 },
    processMetrics: true,
  });
});

afterAll(async () => {
  await server.stop();
  expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

const page = (path: string, token: string | null = null): Promise<Response> =>
  fetch(new URL(path, server.url), token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
const own = (path: string): Promise<Response> => fetch(new URL(path, server.metricsUrl ?? 'there is none'));

describe('the operating pages', () => {
  it.each([
    ['nobody', null, 401, 'UNAUTHENTICATED'],
    ['a stranger', 'stranger', 401, 'UNAUTHENTICATED'],
    ['a worker', 'worker', 403, 'FORBIDDEN'],
    ['a viewer of one task', 'bound', 403, 'FORBIDDEN'],
  ])('show no metrics to %s', async (_who, token, status, code) => {
    const response = await page('/metrics', token);
    expect(response.status).toBe(status);
    const body = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect(body.errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  });

  it.each(['viewer', 'operator'])('show metrics to a %s', async (token) => {
    const response = await page('/metrics', token);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await response.text()).toContain('\nlockstep_leading 1\n');
  });

  it('have another address, where nobody has to say who he is, and where nothing else is', async () => {
    const text = await (await own('/metrics')).text();
    expect(text).toContain('\nlockstep_ready 1\n');
    expect(text).toContain('\nnodejs_eventloop_lag_p99_seconds ');
    expect(await (await own('/livez')).json()).toEqual({ live: true });
    expect(await (await own('/readyz')).json()).toEqual({ ready: true, reasons: [] });
    expect((await own('/graphql?query={__typename}')).status).toBe(404);
  });

  it('tell health to everybody', async () => {
    expect(await (await page('/livez')).json()).toEqual({ live: true });
    expect(await (await page('/readyz')).json()).toEqual({ ready: true, reasons: [] });
  });

  it('give those who look at once one reading', async () => {
    const texts = await Promise.all(Array.from({ length: 20 }, async () => (await own('/metrics')).text()));
    for (const text of texts) expect(text).toContain('\nlockstep_watch_lag_revisions 0\n');
  });

  it('show all that the alerts ask for', async () => {
    const shown = new Set(
      [...(await (await own('/metrics')).text()).matchAll(/^# TYPE (\S+)/gmu)].map(([, name]) => name),
    );
    const asked = [...readFileSync(ALERTS, 'utf8').matchAll(/^ +expr: .*$/gmu)]
      .flatMap(([line]) => [...line.matchAll(/\b(?:lockstep|dm_master)_\w+/gu)])
      .map(([name]) => name);
    expect(asked.length).toBeGreaterThan(12);
    expect(asked.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('say what is missing while requests cannot be served', async () => {
    const reasons = ['the coordinator is draining', "the store can't be reached: no member answers"];
    const service = { readiness: () => ({ ready: false, reasons }) };
    const pages = new OperatingServer({ service, metrics: null }, rulesOf(), (error) => {
      throw error;
    });
    const { port } = await pages.listen('127.0.0.1', 0);
    const answered = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect([answered.status, await answered.json()]).toEqual([503, { ready: false, reasons }]);
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(404);
    await pages.close();
  });

  it('wait for no slow client at the other address either', async () => {
    const service = { readiness: () => ({ ready: true, reasons: [] }) };
    const pages = new OperatingServer({ service, metrics: null }, rulesOf({ 'receive-ms': 1_000 }), (error) => {
      throw error;
    });
    const { port } = await pages.listen('127.0.0.1', 0);
    const { openMs } = await sendRaw(new URL(`http://127.0.0.1:${port}`), 'GET /livez HTTP/1.1\r\nhost: x\r\nx: ', {
      keepOpen: true,
    });
    expect(openMs).toBeLessThan(9_500);
    await pages.close();
  }, 30_000);

  it('are gone with the server, at the other address too', async () => {
    const second = await startServer({
      store: { kind: 'memory' },
      host: '127.0.0.1',
      port: 0,
      logger,
      metricsListen: { host: '127.0.0.1', port: 0 },
    });
    const url = second.metricsUrl ?? 'there is none';
    expect((await fetch(url)).status).toBe(200);
    await second.stop();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});
