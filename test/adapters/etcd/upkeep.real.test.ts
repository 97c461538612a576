import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EtcdStore } from '../../../src/adapters/etcd/etcd-store';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import { storeProblems } from '../../../src/core/diagnosis/store-problem';
import { EtcdServer } from '../../support/etcd-server';
import { codeOf, put } from '../store-suite/store-under-test';

jest.setTimeout(60_000);

/** The file grows by 16 MiB at once. */
const QUOTA_BYTES = 128 * 1024 ** 2;

let server: EtcdServer;
let store: EtcdStore;

beforeAll(async () => {
  server = await EtcdServer.start({ 'quota-backend-bytes': String(QUOTA_BYTES) });
  store = await EtcdStore.open({ urls: [server.url], quotaBytes: QUOTA_BYTES }, new SystemClock());
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

describe('the upkeep of an etcd', () => {
  it('forgets what was before a revision, and is content when that is done already', async () => {
    const first = await put(store, '/lockstep/a', '1');
    const second = await put(store, '/lockstep/a', '2');
    for (let times = 0; times < 2; times += 1) await store.upkeep.compact(second.revision);
    expect(await codeOf(store.range('/', { revision: first.revision }))).toBe('STORE_COMPACTED');
    expect((await store.range('/', { revision: second.revision })).values).toHaveLength(1);
  });

  it('tells that the database is nearly full before nothing can be written any more', async () => {
    const kinds = async (): Promise<string[]> => storeProblems(await store.upkeep.usage()).map(({ kind }) => kind);
    expect(await kinds()).toEqual([]);
    const value = 'x'.repeat(1_000_000);
    for (let index = 0; (await kinds()).length === 0; index += 1)
      expect(await codeOf(put(store, `/lockstep/${index}`, value))).toBe('resolved');
    expect(await kinds()).toEqual(['store-nearly-full']);
    expect(await codeOf(put(store, '/lockstep/more', value))).toBe('resolved');
  });
});
