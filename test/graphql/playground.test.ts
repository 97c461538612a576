import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { SilentLogger } from '../support/silent-logger';

const options = { store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger: new SilentLogger() } as const;
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ ...options, playground: true });
});

afterAll(() => server.stop());

const get = (path: string): Promise<Response> => fetch(new URL(path, server.url), { redirect: 'manual' });

/** Everything that a page makes a browser load. */
const loaded = (html: string): string[] =>
  [...html.matchAll(/<(?:script|link|img)[^>]+(?:src|href)="([^"]+)"/gu)].map(([, address]) => address!);

describe('the playground', () => {
  it('is a page whose parts all come from this server, and which may ask nobody else', async () => {
    const page = await get('/playground/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self';");
    const html = await page.text();
    expect(html).toContain('/graphql');
    const addresses = loaded(html);
    expect(addresses.length).toBeGreaterThan(3);
    for (const address of addresses) {
      const part = await get(new URL(address, new URL('/playground/', server.url)).pathname);
      expect([address, part.status]).toEqual([address, 200]);
      await part.arrayBuffer();
    }
    expect((await get('/playground')).headers.get('location')).toBe('/playground/');
  });

  it.each([
    '/playground/..%2f..%2fpackage.json',
    '/playground/none.js',
    '/playground//etc/passwd',
    '/playground/assets',
  ])('has no %s', async (path) => expect((await get(path)).status).toBe(404));

  it('is not there unless it is asked for', async () => {
    const other = await startServer(options);
    expect((await fetch(new URL('/playground/', other.url))).status).toBe(404);
    await other.stop();
  });
});
