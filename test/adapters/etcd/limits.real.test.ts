import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { EtcdStore } from '../../../src/adapters/etcd/etcd-store';
import type { EtcdOptions } from '../../../src/adapters/etcd/etcd-options';
import { SystemClock } from '../../../src/adapters/system/system-clock';
import type { Compare, Mutation } from '../../../src/core/model/store';
import { EtcdServer } from '../../support/etcd-server';
import type { EtcdFlags } from '../../support/etcd-server';
import { codeOf } from '../store-suite/store-under-test';

jest.setTimeout(60_000);

const servers: EtcdServer[] = [];
const stores: EtcdStore[] = [];

async function open(flags: EtcdFlags, more: Partial<EtcdOptions> = {}): Promise<EtcdStore> {
  const server = await EtcdServer.start(flags);
  servers.push(server);
  const store = await EtcdStore.open({ urls: [server.url], ...more }, new SystemClock());
  stores.push(store);
  return store;
}

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const server of servers.splice(0)) await server.stop();
});

describe('limits of a transaction', () => {
  it.each([
    { what: 'etcd’s own', flags: {}, more: {}, operations: 128 },
    {
      what: 'higher ones, if both are told',
      flags: { 'max-txn-ops': '1024', 'max-request-bytes': '8388608' },
      more: { maxTxnOps: 1_024, maxRequestBytes: 8_388_608 },
      operations: 1_024,
    },
  ])('$what are kept: what the store takes etcd takes', async ({ flags, more, operations }) => {
    const store = await open(flags, more);
    const { operationsPerTransaction, bytesPerTransaction, bytesPerKey } = store.limits;
    expect(operationsPerTransaction).toBe(operations);
    const key = (index: number): string => `/lockstep/${index}`.padEnd(60, 'k');
    const compares = Array.from({ length: operations }, (_, index): Compare => ({
      kind: 'version',
      key: key(index),
      operator: '=',
      value: 0,
    }));
    const bytesLeft = bytesPerTransaction - 2 * operations * 60;
    const then = compares.map((_, index): Mutation => ({
      kind: 'put',
      key: key(index),
      value: 'v'.repeat(Math.floor(bytesLeft / operations)),
    }));
    expect(await codeOf(store.txn({ compares, then }))).toBe('resolved');
    expect((await store.range('/lockstep/')).values).toHaveLength(operations);
    expect(await codeOf(store.txn({ compares: [], then: [...then, { kind: 'delete', key: 'more' }] }))).toBe(
      'INVALID_INPUT',
    );
    expect(bytesPerKey).toBeLessThan(bytesPerTransaction);
  });

  it('reads thousands of long values page by page, all of one revision', async () => {
    const store = await open({});
    for (let part = 0; part < 15; part += 1) {
      const then = Array.from({ length: 80 }, (_, index): Mutation => ({
        kind: 'put',
        key: `/lockstep/${part * 80 + index}`,
        value: 'x'.repeat(15_000),
      }));
      await store.txn({ compares: [], then });
    }
    const before = await store.revision();
    const [all] = await Promise.all([
      store.range('/lockstep/'),
      store.txn({ compares: [], then: [{ kind: 'delete-prefix', prefix: '/lockstep/1' }] }),
    ]);
    expect([before, before + 1]).toContain(all.revision);
    const expected = all.revision === before ? 1_200 : 1_200 - 311;
    expect(all.values).toHaveLength(expected);
    expect(new Set(all.values.map(({ key }) => key)).size).toBe(expected);
  });
});

it('all 64 bits of a lease’s ID are kept, from the grant to the end', async () => {
  const store = await open({});
  const leases = await Promise.all(Array.from({ length: 20 }, () => store.grant(60_000)));
  const large = leases.filter(({ id }) => BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER));
  expect(large.length).toBeGreaterThan(0);
  for (const { id } of large) {
    await store.txn({ compares: [], then: [{ kind: 'put', key: '/lockstep/a', value: id, lease: id }] });
    await store.keepAlive(id);
    await store.revoke(id);
    expect(await store.get('/lockstep/a')).toBeNull();
  }
});
