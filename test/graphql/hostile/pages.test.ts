import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { GraphqlServer } from '../../../src/graphql/graphql-server';
import { scriptedService } from '../../support/scripted-service';
import { SilentLogger } from '../../support/silent-logger';
import { requestBytes, sendRaw } from './raw-http';

jest.setTimeout(60_000);

const OURS = 'https://dashboards.example';
const BODY = JSON.stringify({ query: '{ __typename }' });
let server: GraphqlServer;

beforeAll(async () => {
  const logger = new SilentLogger();
  server = await GraphqlServer.start({
    ...{ service: scriptedService({}), logger, host: '127.0.0.1', port: 0, origins: [OURS], traces: true },
  });
});

afterAll(() => server.stop());

const ask = (start: string, headers: readonly string[], body = ''): ReturnType<typeof sendRaw> =>
  sendRaw(new URL(`http://127.0.0.1:${server.address.port}`), requestBytes(start, headers, body));
const post = (...headers: readonly string[]): ReturnType<typeof sendRaw> =>
  ask(
    'POST /graphql HTTP/1.1',
    ['host: localhost', 'content-type: application/json', `content-length: ${BODY.length}`, ...headers],
    BODY,
  );

describe('a page', () => {
  it('of an allowed origin may ask and read', async () => {
    const asked = await ask('OPTIONS /graphql HTTP/1.1', [
      ...['host: localhost', `origin: ${OURS}`, 'access-control-request-method: POST', 'connection: close'],
    ]);
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, OURS]);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    const answer = await post(`origin: ${OURS}`);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, OURS]);
    expect(answer.headers.get('vary')).toContain('origin');
    expect(answer.headers.get('access-control-allow-credentials')).toBeUndefined();
  });

  it.each(['https://evil.example', `${OURS}.evil.example`, 'null', OURS.toUpperCase()])(
    'of %s may not read what it asks',
    async (origin) => {
      const answer = await post(`origin: ${origin}`);
      expect(answer.headers.get('access-control-allow-origin')).toBeUndefined();
    },
  );

  it.each<[string, string, number]>([
    ['an allowed origin', OURS, 101],
    ['the server’s own', 'http://localhost', 101],
    ['another one', 'https://evil.example', 403],
  ])('of %s opens WebSockets or not', async (_name, origin, status) => {
    const answer = await ask('GET /graphql HTTP/1.1', [
      ...['host: localhost', `origin: ${origin}`, 'connection: upgrade', 'upgrade: websocket'],
      ...['sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==', 'content-length: 0'],
    ]);
    expect(answer.status).toBe(status);
  });
});

describe('a router that asks for traces, where they are on', () => {
  it('gets one, and nobody else does', async () => {
    expect((await post('apollo-federation-include-trace: ftv1')).body).toContain('"ftv1"');
    expect((await post()).body).not.toContain('ftv1');
  });
});
