import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect as connectPlain } from 'node:net';
import { request } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { WebSocket } from 'ws';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { makeCertificate } from '../support/certificate';
import type { SelfSigned } from '../support/certificate';
import { SilentLogger } from '../support/silent-logger';

jest.setTimeout(60_000);

let folder: string;
let first: SelfSigned;
let server: RunningServer;
const logger = new SilentLogger();

const paths = (): { certificate: string; key: string } => ({
  certificate: join(folder, 'cert.pem'),
  key: join(folder, 'key.pem'),
});
const write = ({ cert, key }: { cert: string; key: string }): void => {
  writeFileSync(paths().certificate, cert);
  writeFileSync(paths().key, key);
};
const start = (limits = {}): Promise<RunningServer> =>
  startServer({ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger, tls: paths(), limits });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-tls-'));
  first = makeCertificate('first');
  write(first);
  server = await start();
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** What the server answers over HTTPS to a client that trusts this certificate. */
function ask(ca: string): Promise<string> {
  const body = JSON.stringify({ query: '{ __typename }' });
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(server.url, { ca, method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text.trim()));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** The certificate that a new connection gets. */
function served(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a server with a certificate', () => {
  it('answers over HTTPS, to whoever trusts the certificate', async () => {
    expect(server.url).toMatch(/^https:/u);
    expect(await ask(first.cert)).toBe('{"data":{"__typename":"Query"}}');
    await expect(ask(makeCertificate('another').cert)).rejects.toThrow(/self-signed|verify/u);
  });

  it('answers over encrypted WebSockets', async () => {
    const socket = new WebSocket(server.url.replace('https', 'wss'), 'graphql-transport-ws', { ca: first.cert });
    const message = await new Promise<string>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
      socket.on('message', (bytes: Buffer) => resolve(bytes.toString()));
    });
    expect(message).toBe('{"type":"connection_ack"}');
    socket.close();
  });

  it('says nothing over a connection that is not encrypted', async () => {
    const text = await new Promise<string>((resolve) => {
      let read = '';
      const socket = connectPlain(server.port, '127.0.0.1', () =>
        socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'),
      );
      socket.on('data', (chunk) => (read += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(read));
    });
    expect(text).not.toContain('live');
  });

  it('cuts off who begins a handshake and does not go on', async () => {
    const impatient = await start({ 'receive-ms': 1_000 });
    const tookMs = await new Promise<number>((resolve) => {
      const began = performance.now();
      const socket = connectPlain(impatient.port, '127.0.0.1', () => socket.write(Buffer.from([22, 3, 1, 1, 0])));
      socket.on('error', () => undefined);
      socket.resume();
      socket.on('close', () => resolve(performance.now() - began));
    });
    await impatient.stop();
    expect(tookMs).toBeGreaterThan(900);
    expect(tookMs).toBeLessThan(8_000);
  }, 30_000);

  it('takes a renewed certificate without a restart, and keeps the old one while the files do not fit', async () => {
    const second = makeCertificate('second');
    write({ cert: second.cert, key: first.key });
    await until(() => logger.lines.some(({ level, message }) => level === 'error' && /cannot be used/u.test(message)));
    expect(await served()).toBe(first.fingerprint256);
    write(second);
    await until(async () => (await served()) === second.fingerprint256);
    expect(await ask(second.cert)).toBe('{"data":{"__typename":"Query"}}');
    expect(JSON.stringify(logger.lines)).not.toContain('PRIVATE KEY');
  }, 60_000);

  it.each<[string, { cert?: string; key?: string }, RegExp]>([
    ['a key of another certificate', { key: makeCertificate('x').key }, /cannot be used together/u],
    ['a certificate that is none', { cert: 'nonsense' }, /cannot be used together/u],
  ])('does not start with %s', async (_name, change, message) => {
    write({ ...makeCertificate('y'), ...change });
    await expect(start()).rejects.toThrow(message);
  });

  it('does not start without its files, and says which is missing', async () => {
    rmSync(paths().key);
    await expect(start()).rejects.toThrow(/private key .*key\.pem cannot be read/u);
  });
});
