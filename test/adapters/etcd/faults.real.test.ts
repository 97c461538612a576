import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EtcdStore } from '../../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { EtcdServer } from '../../support/etcd-server';
import { TcpProxy } from '../../support/tcp-proxy';
import { after, codeOf, put, readBatches, remove } from '../store-suite/store-under-test';
import { ReadAlong } from './read-along';

jest.setTimeout(60_000);

const CALL_MS = 500;
const clock = new SystemClock();

let server: EtcdServer;
let proxy: TcpProxy;
/** On the way that may break. */
let store: EtcdStore;
/** On the way that never does. */
let direct: EtcdStore;

beforeEach(async () => {
  server = await EtcdServer.start();
  proxy = await TcpProxy.start(Number(new URL(server.url).port));
  direct = await EtcdStore.open({ urls: [server.url] }, clock);
  store = await EtcdStore.open({ urls: [`http://127.0.0.1:${proxy.port}`], callMs: CALL_MS }, clock);
});

afterEach(async () => {
  await store.close();
  await direct.close();
  await proxy.stop();
  await server.stop();
});

/** Every call of the port. */
const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['revision', () => store.revision()],
  ['get', () => store.get('/lockstep/a')],
  ['range', () => store.range('/lockstep/')],
  ['txn', () => put(store, '/lockstep/a', '')],
  ['grant', () => store.grant(2_000)],
];

describe('a connection that swallows everything', () => {
  it('lets every call end, and is left as soon as another gets through', async () => {
    const lease = await store.grant(60_000);
    proxy.swallow();
    const all = [...calls.map(([, call]) => call()), store.keepAlive(lease.id), store.revoke(lease.id)];
    all.push(readBatches(store, ['/'], after(await direct.revision()), after(await direct.revision())));
    expect(await Promise.all(all.map(codeOf))).toEqual(all.map(() => 'STORE_UNAVAILABLE'));
    proxy.healNewOnly();
    for (const [, call] of calls) expect(await codeOf(call())).toBe('resolved');
  });

  it('doesn’t silence a watch for ever: it goes on where it was', async () => {
    const reader = await ReadAlong.start(store);
    const first = await put(direct, '/lockstep/a', '1');
    await reader.reached(first.revision);
    proxy.swallow();
    const swallowed = await put(direct, '/lockstep/a', '2');
    await sleep(100);
    proxy.healNewOnly();
    const last = await put(direct, '/lockstep/a', '3');
    await reader.reached(last.revision);
    expect(reader.revisions).toEqual([first.revision, swallowed.revision, last.revision]);
    await reader.stop();
  });
});

describe('an etcd that was gone', () => {
  it('is used at once when it is back, however many calls failed', async () => {
    await put(store, '/lockstep/a', '1');
    await server.kill();
    for (let failed = 0; failed < 20; failed += 1) expect(await codeOf(store.revision())).toBe('STORE_UNAVAILABLE');
    await server.restart();
    expect(await store.get('/lockstep/a')).toMatchObject({ value: '1' });
    expect(await codeOf(put(store, '/lockstep/a', '2'))).toBe('resolved');
  });

  it('keeps its leases, and takes renewals again', async () => {
    const lease = await store.grant(20_000);
    await server.kill();
    expect(await codeOf(store.keepAlive(lease.id))).toBe('STORE_UNAVAILABLE');
    await server.restart();
    await store.keepAlive(lease.id);
    await store.txn({ compares: [], then: [{ kind: 'put', key: '/lockstep/a', value: '', lease: lease.id }] });
    await store.revoke(lease.id);
    expect(await store.get('/lockstep/a')).toBeNull();
  });
});

describe('a watch', () => {
  it('goes on over cuts, without loss or repetition', async () => {
    const reader = await ReadAlong.start(store);
    const written: number[] = [];
    for (let index = 0; index < 300; index += 1) {
      if (index % 60 === 30) proxy.cut();
      written.push((await put(direct, `/lockstep/${index % 10}`, `${index}`)).revision);
      await sleep(2);
    }
    await reader.reached(written.at(-1) ?? 0);
    expect(reader.revisions).toEqual(written);
    expect(reader.rebuilt).toBe(1);
    await reader.stop();
  });

  it('goes on over kill -9 of etcd, without loss or repetition', async () => {
    const reader = await ReadAlong.start(store);
    const written: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 50; index += 1)
        written.push((await put(direct, `/lockstep/${index}`, `${round}`)).revision);
      await server.kill();
      await sleep(200);
      await server.restart();
    }
    written.push((await put(direct, '/lockstep/end', '')).revision);
    await reader.reached(written.at(-1) ?? 0);
    expect(reader.revisions).toEqual(written);
    expect(reader.rebuilt).toBe(1);
    await reader.stop();
  });

  it('that was cut off over a compaction says so, and its reader reads everything anew and goes on', async () => {
    await put(direct, '/lockstep/gone', '');
    const reader = await ReadAlong.start(store);
    proxy.swallow();
    await remove(direct, '/lockstep/gone');
    const { revision } = await put(direct, '/lockstep/kept', '1');
    await server.compactTo(revision);
    proxy.heal();
    await reader.reached(revision);
    const last = await put(direct, '/lockstep/kept', '2');
    await reader.reached(last.revision);
    expect(reader.rebuilt).toBe(2);
    expect([...reader.keys]).toEqual([['/lockstep/kept', '2']]);
    await reader.stop();
  });

  it('knows how far it is when only keys change that nobody watches', async () => {
    const reader = await ReadAlong.start(store);
    const { revision } = await put(direct, '/elsewhere', '');
    await reader.reached(revision);
    expect(reader.revisions).toEqual([]);
    await reader.stop();
  });

  it('ends when its store is closed', async () => {
    const next = after(await store.revision());
    const watched = codeOf(readBatches(store, ['/'], next, next));
    await sleep(50);
    await store.close();
    expect(await watched).toBe('STORE_UNAVAILABLE');
    expect(await codeOf(store.revision())).toBe('STORE_UNAVAILABLE');
  });
});
