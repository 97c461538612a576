import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { Proxies } from '../../../src/identity/remote-address';
import { startServer } from '../../../src/server';
import type { RunningServer, ServerOptions } from '../../../src/server';
import { makeCertificate } from '../../support/certificate';
import { SilentLogger } from '../../support/silent-logger';

/** All of them lead to this machine; the last is said to be a proxy. */
const [ONE, ANOTHER, PROXY] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const MOST = 3;

const logger = new SilentLogger();
const sockets: Socket[] = [];
let folder: string;
let certificate: ReturnType<typeof makeCertificate>;
let server: RunningServer;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-connections-'));
  certificate = makeCertificate('localhost');
  writeFileSync(join(folder, 'cert.pem'), certificate.cert);
  writeFileSync(join(folder, 'key.pem'), certificate.key);
});

afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  logger.lines.length = 0;
  await server.stop();
});

async function start(more: Partial<ServerOptions> = {}): Promise<void> {
  server = await startServer({
    ...{ store: { kind: 'memory' }, host: ONE, port: 0, logger },
    ...{ limits: { 'connections-per-address': MOST }, proxies: new Proxies([PROXY]) },
    ...more,
  });
}

/** A connection from an address, on which nothing is said yet. */
async function come(localAddress: string, port = server.port): Promise<Socket> {
  const socket = connect({ port, host: ONE, localAddress });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

const LIVEZ = 'GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n';
const UPGRADE = [
  ...['GET /graphql HTTP/1.1', 'host: localhost', 'connection: upgrade', 'upgrade: websocket'],
  ...['sec-websocket-version: 13', 'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==', '', ''],
].join('\r\n');

/** What the server says first on a connection; nothing if it closes it, or has closed it. */
function answerOn(socket: Socket, request = LIVEZ): Promise<string> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve('');
    socket.once('data', (chunk) => resolve(chunk.toString()));
    socket.once('close', () => resolve(''));
    socket.write(request);
  });
}

/** Takes all places of an address, and sees that each was given. */
async function takeAll(request = LIVEZ, port = server.port): Promise<readonly Socket[]> {
  const taken: Socket[] = [];
  for (let count = 0; count < MOST; count += 1) taken.push(await come(ONE, port));
  for (const socket of taken) expect(await answerOn(socket, request)).toMatch(/^HTTP/u);
  return taken;
}

/** Comes again and again until there is a place. */
async function untilTaken(address: string, make = come): Promise<void> {
  while ((await answerOn(await make(address))) === '') await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A connection whose handshake is over. */
async function comeEncrypted(localAddress: string): Promise<Socket> {
  const socket = connectTls({ socket: await come(localAddress), ca: certificate.cert, servername: 'localhost' });
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return socket;
}

describe('connections of one address beyond the limit', () => {
  it('are refused, told of and counted; others come as before, and behind a proxy there are many', async () => {
    await start();
    const [first] = await takeAll();
    expect(await answerOn(await come(ONE))).toBe('');
    expect(await answerOn(await come(ANOTHER))).toMatch(/^HTTP/u);
    for (let count = 0; count <= MOST; count += 1) expect(await answerOn(await come(PROXY))).toMatch(/^HTTP/u);
    expect(logger.lines).toContainEqual({
      level: 'warn',
      message: 'a connection was closed: it is beyond a limit',
      fields: { audit: true, remoteAddress: ONE, limit: 'connections-per-address' },
    });
    const page = await answerOn(await come(PROXY), LIVEZ.replace('livez', 'metrics'));
    expect(page).toContain('\nlockstep_cut_connections_total{limit="connections-per-address"} 1\n');
    expect(page).toContain('\nlockstep_cut_connections_total{limit="connections"} 0\n');
    first?.destroy();
    await untilTaken(ONE);
  });

  it('are refused while WebSockets are open', async () => {
    await start();
    const [first] = await takeAll(UPGRADE);
    expect(await answerOn(await come(ONE))).toBe('');
    first?.destroy();
    await untilTaken(ONE);
  });

  it('are refused before anything is encrypted, and leave their places when they end', async () => {
    await start({ tls: { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') } });
    // Of handshakes that nobody goes on with there are no more either.
    const begun = [await come(ONE), await come(ONE)];
    const whole = await comeEncrypted(ONE);
    expect(await answerOn(whole)).toMatch(/^HTTP/u);
    expect(await answerOn(await comeEncrypted(ONE))).toBe('');
    for (const socket of begun) socket.destroy();
    await untilTaken(ONE, comeEncrypted);
    whole.end();
    await untilTaken(ONE, comeEncrypted);
  });

  it('are refused where metrics are', async () => {
    await start({ metricsListen: { host: ONE, port: 0 } });
    const port = Number(new URL(server.metricsUrl ?? '').port);
    await takeAll(LIVEZ, port);
    expect(await answerOn(await come(ONE, port))).toBe('');
    expect(await answerOn(await come(ONE))).toMatch(/^HTTP/u);
  });

  it('come from this machine, if nobody says which addresses are proxies', async () => {
    server = await startServer({
      ...{ store: { kind: 'memory' }, host: ONE, port: 0, logger },
      limits: { connections: MOST + 1, 'connections-per-address': 1 },
    });
    await takeAll();
    expect(await answerOn(await come(ANOTHER))).toMatch(/^HTTP/u);
    expect(await answerOn(await come(ANOTHER))).toBe('');
    expect(logger.lines.at(-1)?.fields).toEqual({ audit: true, remoteAddress: ANOTHER, limit: 'connections' });
  });
});
