import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { BrowserPage } from '../support/browser-page';
import { SilentLogger } from '../support/silent-logger';

jest.setTimeout(180_000);

/** Servers of pages that have nothing to do with ours, each an origin of its own. */
const sites: Server[] = [];
let server: RunningServer;

async function startSite(): Promise<string> {
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<title>a page</title>');
  });
  sites.push(site);
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
}

let allowed: string;
let other: string;

beforeAll(async () => {
  [allowed, other] = [await startSite(), await startSite()];
  server = await startServer({
    store: { kind: 'memory' },
    host: '127.0.0.1',
    port: 0,
    logger: new SilentLogger(),
    origins: [allowed],
  });
});

afterAll(async () => {
  await server.stop();
  for (const site of sites) site.close();
});

/** What scripts of a page get to know, by what they try. */
async function tried(origin: string): Promise<unknown> {
  const page = await BrowserPage.open(`${origin}/`);
  const query = '{ __typename }';
  const asking = (path: string, type: string): string =>
    `fetch('${server.url}${path}', { method: 'POST', headers: { 'content-type': '${type}', authorization: 'Bearer x' },
      body: '${JSON.stringify({ query })}' }).then((answer) => answer.text(), () => 'refused')`;
  try {
    return {
      post: await page.evaluate(asking('', 'application/json')),
      stream: await page.evaluate(asking('/stream', 'application/json')),
      form: await page.evaluate(asking('', 'text/plain')),
      get: await page.evaluate(
        `fetch('${server.url}?query=${encodeURIComponent(query)}').then((answer) => answer.text(), () => 'refused')`,
      ),
      webSocket: await page.evaluate(`new Promise((resolve) => {
        const socket = new WebSocket('${server.url.replace('http', 'ws')}', 'graphql-transport-ws');
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      })`),
    };
  } finally {
    await page.close();
  }
}

describe('in a browser', () => {
  it('a page of an origin that is allowed sends requests and opens WebSockets; nothing goes past the question before', async () => {
    expect(await tried(allowed)).toEqual({
      post: expect.stringContaining('"Query"'),
      stream: expect.stringContaining('"Query"'),
      form: expect.stringContaining('CSRF'),
      get: expect.stringContaining('CSRF'),
      webSocket: 'open',
    });
  });

  it('a page of another origin learns nothing', async () => {
    const refused = { post: 'refused', stream: 'refused', form: 'refused', get: 'refused', webSocket: 'refused' };
    expect(await tried(other)).toEqual(refused);
  });
});
