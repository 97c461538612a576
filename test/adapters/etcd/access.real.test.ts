import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Etcd3 } from 'etcd3';
import { EtcdStore } from '../../../src/adapters/etcd/etcd-store';
import type { EtcdOptions } from '../../../src/adapters/etcd/etcd-options';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { parseRevision } from '../../../src/core/model/revision';
import { EtcdServer } from '../../support/etcd-server';
import type { EtcdFlags } from '../../support/etcd-server';
import { ReadAlong } from './read-along';
import { codeOf, put, readBatches } from '../store-suite/store-under-test';

jest.setTimeout(60_000);

const ends: (() => Promise<void>)[] = [];
const user = { name: 'lockstep', password: 'a secret' };

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(flags: EtcdFlags = {}): Promise<EtcdServer> {
  const server = await EtcdServer.start(flags);
  ends.push(() => server.stop());
  return server;
}

async function open(options: EtcdOptions): Promise<EtcdStore> {
  const store = await EtcdStore.open(options, new SystemClock());
  ends.push(() => store.close());
  return store;
}

/** From now on etcd asks who one is. Our user isn't root: he may read and write all keys, and nothing else. */
async function demandPasswords(server: EtcdServer): Promise<void> {
  const all = Buffer.of(0);
  await server.use(async ({ auth }) => {
    for (const name of ['root', 'coordinator']) await auth.roleAdd({ name });
    const perm = { permType: 'Readwrite', key: all, range_end: all } as const;
    await auth.roleGrantPermission({ name: 'coordinator', perm });
    for (const { role, name, password } of [
      { role: 'coordinator', ...user },
      { role: 'root', name: 'root', password: 'another' },
    ]) {
      await auth.userAdd({ name, password });
      await auth.userGrantRole({ user: name, role });
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
    }
  });

  it('is asked for a new token when the old one has run out, whatever is asked, and by a watch too', async () => {
    const server = await start({ 'auth-token-ttl': '1' });
    await demandPasswords(server);
    const { id } = await (await open({ urls: [server.url], user })).grant(60_000);
    const asks: readonly ((store: EtcdStore) => Promise<unknown>)[] = [
      (store) => put(store, '/lockstep/a', ''),
      (store) => store.range('/lockstep/'),
      (store) => store.keepAlive(id),
      (store) => store.grant(5_000).then((lease) => store.revoke(lease.id)),
      (store) => store.upkeep.usage(),
      (store) => store.upkeep.compact(parseRevision(1)),
    ];
    const stores = await Promise.all(asks.map(() => open({ urls: [server.url], user })));
    const watching = await open({ urls: [server.url], user });
    const reader = await ReadAlong.start(watching);
    // Twice what etcd takes to forget it: it looks once a second.
    await sleep(4_000);
    const answers = await Promise.all(asks.map((ask, index) => codeOf(ask(stores[index] ?? watching))));
    expect(answers).toEqual(asks.map(() => 'resolved'));
    const { revision } = await put(watching, '/lockstep/b', '');
    await reader.reached(revision);
    expect([reader.revisions.at(-1), reader.rebuilt, reader.troubles]).toEqual([revision, 1, 0]);
    await reader.stop();
  });

  it('lets a store in again whose user was refused for a while', async () => {
    const server = await start();
    await demandPasswords(server);
    const store = await open({ urls: [server.url], user });
    const root = new Etcd3({ hosts: server.url, auth: { username: 'root', password: 'another' } });
    ends.push(() => {
      root.close();
      return Promise.resolve();
    });
    for (const [password, expected] of [
      ['changed', 'STORE_UNAVAILABLE'],
      [user.password, 'resolved'],
    ] as const) {
      await root.auth.userChangePassword({ name: user.name, password });
      for (let times = 0; times < 2; times += 1) expect(await codeOf(store.revision())).toBe(expected);
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
