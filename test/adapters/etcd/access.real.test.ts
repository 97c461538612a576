import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { EtcdStore } from '../../../src/adapters/etcd/etcd-store';
import type { EtcdOptions } from '../../../src/adapters/etcd/etcd-options';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { EtcdServer } from '../../support/etcd-server';
import { codeOf, put, readBatches } from '../store-suite/store-under-test';

jest.setTimeout(60_000);

const ends: (() => Promise<void>)[] = [];
const user = { name: 'lockstep', password: 'a secret' };

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(): Promise<EtcdServer> {
  const server = await EtcdServer.start();
  ends.push(() => server.stop());
  return server;
}

async function open(options: EtcdOptions): Promise<EtcdStore> {
  const store = await EtcdStore.open(options, new SystemClock());
  ends.push(() => store.close());
  return store;
}

async function demandPasswords(server: EtcdServer): Promise<void> {
  await server.use(async ({ auth }) => {
    await auth.roleAdd({ name: 'root' });
    for (const { name, password } of [user, { name: 'root', password: 'another' }]) {
      await auth.userAdd({ name, password });
      await auth.userGrantRole({ user: name, role: 'root' });
    }
    await auth.authEnable();
  });
}

describe('an etcd with users', () => {
  it('is read, written, watched, and renewed at by the user, also after it forgot who was known', async () => {
    const server = await start();
    await demandPasswords(server);
    const store = await open({ urls: [server.url], user, callMs: 1_000 });
    for (let round = 0; round < 2; round += 1) {
      const { revision } = await put(store, '/lockstep/a', `${round}`);
      expect(await readBatches(store, ['/'], revision, revision)).toHaveLength(1);
      const { id } = await store.grant(5_000);
      await store.keepAlive(id);
      await store.revoke(id);
      await server.kill();
      await server.restart();
      // etcd 3.4 lets a call with a token that it forgot wait for the next change; ours ends in time, and asks for a new one.
      await codeOf(store.revision());
    }
  });

  it.each([
    ['another password', { user: { ...user, password: 'guessed' } }],
    ['no user', {}],
  ])('refuses %s at once', async (_what, more) => {
    const server = await start();
    await demandPasswords(server);
    expect(await codeOf(EtcdStore.open({ urls: [server.url], ...more }, new SystemClock()))).toBe('STORE_UNAVAILABLE');
  });
});

describe('an etcd with certificates', () => {
  it('is reached by those who trust it and whom it trusts, and by nobody else', async () => {
    const { ca, certificate, key, files } = makeCertificates();
    const server = await EtcdServer.start({
      'cert-file': files.certificate,
      'key-file': files.key,
      'client-cert-auth': 'true',
      'trusted-ca-file': files.ca,
    });
    ends.push(() => server.stop());
    const store = await open({ urls: [server.url], tls: { ca, certificate, key } });
    const { revision } = await put(store, '/lockstep/a', '');
    expect(await readBatches(store, ['/'], revision, revision)).toHaveLength(1);
    for (const tls of [{ ca }, {}]) {
      const refused = EtcdStore.open({ urls: [server.url], tls, callMs: 1_000 }, new SystemClock());
      expect(await codeOf(refused)).toBe('STORE_UNAVAILABLE');
    }
  });
});

/** An authority of our own, and one certificate by it for both sides. */
function makeCertificates(): {
  readonly ca: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly files: { readonly ca: string; readonly certificate: string; readonly key: string };
} {
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-certificates-'));
  ends.push(() => rm(directory, { recursive: true, force: true }));
  const openssl = (text: string): void => {
    execFileSync('openssl', text.split(' '), { cwd: directory, stdio: 'ignore' });
  };
  writeFileSync(join(directory, 'names'), 'subjectAltName=IP:127.0.0.1');
  openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=authority');
  openssl('req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=lockstep');
  openssl('x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile names');
  const files = {
    ca: join(directory, 'ca.pem'),
    certificate: join(directory, 'cert.pem'),
    key: join(directory, 'key.pem'),
  };
  const read = (path: string): Buffer => readFileSync(path);
  return { ca: read(files.ca), certificate: read(files.certificate), key: read(files.key), files };
}

it('goes to the next member when one can’t be reached', async () => {
  const server = await start();
  const store = await open({ urls: ['http://127.0.0.1:1', server.url] });
  expect(await codeOf(put(store, '/lockstep/a', ''))).toBe('resolved');
});

it.each([[['http://127.0.0.1:1']], [['http://127.0.0.1:1', 'http://127.0.0.1:2']]])(
  'tells when none of %j answers',
  async (urls) => {
    expect(await codeOf(EtcdStore.open({ urls, callMs: 500 }, new SystemClock()))).toBe('STORE_UNAVAILABLE');
  },
);
