import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { LockstepError } from '../../../src/core/model/error';
import { ANYBODY } from '../../../src/core/model/identity';
import type { Identity } from '../../../src/core/model/identity';
import { GraphqlServer } from '../../../src/graphql/graphql-server';
import type { Authenticator } from '../../../src/identity/authenticator';
import type { Credentials } from '../../../src/identity/credentials';
import { scriptedService } from '../../support/scripted-service';
import { SilentLogger } from '../../support/silent-logger';

jest.setTimeout(60_000);

/** Knows one token, until it is taken away. */
class OneToken implements Authenticator {
  readonly asked: Credentials[] = [];
  token: string | null = 'secret-token';

  authenticate(credentials: Credentials): Promise<Identity> {
    this.asked.push(credentials);
    if (this.token === null || credentials.token !== this.token)
      return Promise.reject(new LockstepError('UNAUTHENTICATED', 'the token is not valid'));
    return Promise.resolve({ ...ANYBODY, actor: credentials.actor ?? 'ada' });
  }

  close(): void {
    this.token = null;
  }
}

let server: GraphqlServer;
let authenticator: OneToken;
let logger: SilentLogger;
let url: string;

async function start(): Promise<void> {
  authenticator = new OneToken();
  logger = new SilentLogger();
  const service = scriptedService({
    operations: (_task, _source, _after, signal) => untilAborted(signal),
  });
  server = await GraphqlServer.start({ service, logger, host: '127.0.0.1', port: 0, authenticator });
  url = `http://127.0.0.1:${server.address.port}`;
}

async function* untilAborted(signal: AbortSignal): AsyncGenerator<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

afterEach(() => server.stop());

const post = (headers: Record<string, string>): Promise<Response> =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ shardCluster { phase } }' }),
  });

/** The messages and the close code of a connection that begins with this payload and these headers. */
async function connect(
  payload: object | null,
  headers: Record<string, string> = {},
): Promise<{ socket: WebSocket; first: string }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const first = await new Promise<string>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', ...(payload && { payload }) })));
    socket.on('message', (bytes: Buffer) => resolve((JSON.parse(bytes.toString()) as { type: string }).type));
    socket.on('close', (code) => resolve(`closed ${code}`));
  });
  return { socket, first };
}

describe('who asks', () => {
  it('is asked over HTTP, and nothing is done for a stranger', async () => {
    await start();
    expect((await post({ authorization: 'Bearer secret-token' })).status).toBe(200);
    for (const headers of [{}, { authorization: 'Bearer other' }, { authorization: 'Basic secret-token' }]) {
      const refused = await post(headers);
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(JSON.stringify(logger.lines)).not.toContain('secret-token');
    expect(logger.lines.map(({ fields }) => fields)).toEqual(
      Array.from({ length: 3 }, () => ({ audit: true, remoteAddress: '127.0.0.1' })),
    );
  });

  it.each<[string, object | null, Record<string, string>, string]>([
    ['in the first message', { authorization: 'Bearer secret-token' }, {}, 'connection_ack'],
    ['as a bare token', { token: 'secret-token' }, {}, 'connection_ack'],
    ['in the headers of the upgrade', null, { authorization: 'Bearer secret-token' }, 'connection_ack'],
    ['not at all', null, {}, 'closed 4403'],
    ['wrongly', { token: 'other' }, { authorization: 'Bearer secret-token' }, 'closed 4403'],
  ])('may be told over a WebSocket %s', async (_name, payload, headers, expected) => {
    await start();
    const { socket, first } = await connect(payload, headers);
    expect(first).toBe(expected);
    expect(logger.lines).toHaveLength(expected === 'connection_ack' ? 0 : 1);
    socket.close();
  });

  it('may name for whom it speaks', async () => {
    await start();
    await post({ authorization: 'Bearer secret-token', 'x-lockstep-actor': 'bob' });
    expect(authenticator.asked).toEqual([{ token: 'secret-token', actor: 'bob' }]);
  });

  it('is cut off when what it showed is taken away', async () => {
    await start();
    const { socket } = await connect({ token: 'secret-token' });
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    authenticator.token = null;
    expect(await closed).toBe(4403);
  });
});
