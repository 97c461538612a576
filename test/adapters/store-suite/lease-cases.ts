import { expect } from '@jest/globals';
import { parseLeaseId } from '../../../src/core/model/store';
import type { LeaseId, Mutation } from '../../../src/core/model/store';
import type { Store } from '../../../src/ports/store';
import { after, codeOf, put, readBatches, remove } from './store-under-test';
import type { StoreCase } from './store-under-test';

/** Leases. */
export const leaseCases: readonly StoreCase[] = [
  {
    name: 'a lease that runs out deletes its keys in one batch of one revision',
    async run({ store, root, ttlMs, pass }) {
      const lease = await store.grant(ttlMs);
      expect(lease.ttlMs).toBe(ttlMs);
      await putWith(store, lease.id, `${root}b`, `${root}a`);
      const { revision } = await put(store, `${root}stays`, '');
      await pass(ttlMs * 0.5);
      expect((await store.range(root)).values).toHaveLength(3);
      await pass(ttlMs);
      const [batch] = await readBatches(store, [root], after(revision), after(revision));
      expect(batch?.changes.map(({ kind, key }) => [kind, key]).sort()).toEqual([
        ['delete', `${root}a`],
        ['delete', `${root}b`],
      ]);
      expect(await store.range(root)).toMatchObject({ revision: after(revision), values: [{ key: `${root}stays` }] });
      expect(await codeOf(store.keepAlive(lease.id))).toBe('LEASE_ENDED');
    },
  },
  {
    name: 'granting and renewing make no revision, and a renewed lease lives on',
    async run({ store, root, ttlMs, pass }) {
      const before = await store.revision();
      const lease = await store.grant(ttlMs);
      expect(await store.revision()).toBe(before);
      await putWith(store, lease.id, `${root}a`);
      for (let round = 0; round < 4; round += 1) {
        await pass(ttlMs * 0.6);
        await store.keepAlive(lease.id);
      }
      expect(await store.revision()).toBe(after(before));
      expect(await store.get(`${root}a`)).toMatchObject({ version: 1 });
      await store.revoke(lease.id);
      expect(await store.revision()).toBe(after(before, 2));
    },
  },
  {
    name: 'revoking deletes the keys at once; an ended lease takes no key and no renewal',
    async run({ store, root, ttlMs }) {
      const lease = await store.grant(ttlMs);
      await putWith(store, lease.id, `${root}a`, `${root}b`);
      const before = await store.revision();
      await store.revoke(lease.id);
      expect(await store.range(root)).toEqual({ values: [], revision: after(before) });
      await store.revoke(lease.id);
      for (const ended of [lease.id, parseLeaseId('77777')]) {
        expect(await codeOf(store.keepAlive(ended))).toBe('LEASE_ENDED');
        expect(await codeOf(putWith(store, ended, `${root}c`))).toBe('LEASE_ENDED');
      }
      expect(await store.range(root)).toEqual({ values: [], revision: after(before) });
    },
  },
  {
    name: 'a lease deletes only what still belongs to it',
    async run({ store, root, ttlMs }) {
      const [one, two] = [await store.grant(ttlMs), await store.grant(ttlMs)];
      const keys = ['detached', 'moved', 'created anew', 'kept', 'deleted'].map((name) => `${root}${name}`);
      const [detached = '', moved = '', anew = '', kept = '', deleted = ''] = keys;
      await putWith(store, one.id, ...keys);
      await put(store, detached, 'without lease');
      await putWith(store, two.id, moved);
      await remove(store, anew);
      await put(store, anew, 'again');
      await putWith(store, one.id, kept);
      const { revision } = await remove(store, deleted);
      await store.revoke(one.id);
      const [batch] = await readBatches(store, [root], after(revision), after(revision));
      expect(batch?.changes).toEqual([{ kind: 'delete', key: kept, modRevision: after(revision) }]);
      expect((await store.range(root)).values.map(({ key }) => key)).toEqual([anew, detached, moved]);
      await store.revoke(two.id);
      expect((await store.range(root)).values.map(({ key }) => key)).toEqual([anew, detached]);
    },
  },
  {
    name: 'a lease without keys ends without a revision',
    async run({ store, root, ttlMs }) {
      await put(store, `${root}a`, '');
      const before = await store.revision();
      const { id } = await store.grant(ttlMs);
      await store.revoke(id);
      expect(await store.revision()).toBe(before);
    },
  },
];

function putWith(store: Store, lease: LeaseId, ...keys: string[]): Promise<unknown> {
  const then = keys.map((key): Mutation => ({ kind: 'put', key, value: 'leased', lease }));
  return store.txn({ compares: [], then });
}
