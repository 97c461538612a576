import { expect } from '@jest/globals';
import type { Compare, Mutation } from '../../../src/core/model/store';
import { after, codeOf, put, readBatches, remove } from './store-under-test';
import type { StoreCase } from './store-under-test';

/** Transactions, compares, versions and ranges. */
export const transactionCases: readonly StoreCase[] = [
  {
    name: 'every transaction that changes something makes the next revision, and no other does',
    async run({ store, root }) {
      const key = `${root}a`;
      const first = await put(store, key, '1');
      const same = await put(store, key, '1');
      expect(same).toEqual({ succeeded: true, revision: after(first.revision) });
      const two: Mutation[] = [
        { kind: 'put', key: `${root}b`, value: '' },
        { kind: 'delete', key },
      ];
      expect(await store.txn({ compares: [], then: two })).toEqual({
        succeeded: true,
        revision: after(first.revision, 2),
      });
      const unchanged = { succeeded: true, revision: after(first.revision, 2) };
      expect(await remove(store, key)).toEqual(unchanged);
      expect(await store.txn({ compares: [], then: [] })).toEqual(unchanged);
      const refused: Compare = { kind: 'version', key, operator: '=', value: 7 };
      const failed = await store.txn({ compares: [refused], then: [{ kind: 'put', key, value: '2' }] });
      expect(failed).toEqual({ succeeded: false, revision: unchanged.revision });
      expect(await store.revision()).toBe(unchanged.revision);
    },
  },
  {
    name: 'versions and create revisions begin anew after a deletion',
    async run({ store, root }) {
      const key = `${root}a`;
      const { revision } = await put(store, key, 'one');
      await put(store, key, 'two');
      const second = { key, value: 'two', version: 2, createRevision: revision, modRevision: after(revision) };
      expect(await store.get(key)).toEqual(second);
      await remove(store, key);
      expect(await store.get(key)).toBeNull();
      const created = after(revision, 3);
      await put(store, key, 'three');
      const anew = { key, value: 'three', version: 1, createRevision: created, modRevision: created };
      expect(await store.get(key)).toEqual(anew);
      expect(await store.range(root)).toEqual({ values: [anew], revision: created });
    },
  },
  {
    name: 'compares hold as in etcd, of present and of absent keys',
    async run({ store, root }) {
      const key = `${root}here`;
      const absent = `${root}not-here`;
      await put(store, key, 'x');
      const { revision } = await put(store, key, 'v');
      const rows: [Compare, boolean][] = [
        [{ kind: 'value', key, operator: '=', value: 'v' }, true],
        [{ kind: 'value', key, operator: '=', value: 'x' }, false],
        [{ kind: 'value', key, operator: '!=', value: 'x' }, true],
        [{ kind: 'value', key, operator: '!=', value: 'v' }, false],
        [{ kind: 'value', key: absent, operator: '=', value: '' }, false],
        [{ kind: 'value', key: absent, operator: '!=', value: 'v' }, false],
        [{ kind: 'version', key, operator: '=', value: 2 }, true],
        [{ kind: 'version', key, operator: '<', value: 2 }, false],
        [{ kind: 'version', key, operator: '<', value: 3 }, true],
        [{ kind: 'version', key, operator: '>', value: 1 }, true],
        [{ kind: 'version', key, operator: '!=', value: 2 }, false],
        [{ kind: 'modRevision', key, operator: '=', value: revision }, true],
        [{ kind: 'modRevision', key, operator: '>', value: revision }, false],
        [{ kind: 'createRevision', key, operator: '=', value: revision - 1 }, true],
        [{ kind: 'createRevision', key, operator: '=', value: revision }, false],
        [{ kind: 'version', key: absent, operator: '=', value: 0 }, true],
        [{ kind: 'createRevision', key: absent, operator: '=', value: 0 }, true],
        [{ kind: 'modRevision', key: absent, operator: '!=', value: 0 }, false],
        [{ kind: 'modRevision', key: absent, operator: '<', value: 1 }, true],
        [{ kind: 'absent', prefix: `${root}not` }, true],
        [{ kind: 'absent', prefix: `${root}he` }, false],
        [{ kind: 'absent', prefix: key }, false],
        [{ kind: 'absent', prefix: `${key}/` }, true],
      ];
      for (const [compare, expected] of rows) {
        const { succeeded } = await store.txn({ compares: [compare], then: [] });
        expect({ compare, succeeded }).toEqual({ compare, succeeded: expected });
      }
    },
  },
  {
    name: 'all compares must hold; otherwise the other branch is written',
    async run({ store, root }) {
      const here: Compare = { kind: 'version', key: `${root}a`, operator: '>', value: 0 };
      const empty: Compare = { kind: 'absent', prefix: `${root}b` };
      const then: Mutation[] = [{ kind: 'put', key: `${root}taken`, value: 'then' }];
      const otherwise: Mutation[] = [{ kind: 'put', key: `${root}taken`, value: 'otherwise' }];
      await put(store, `${root}a`, '');
      expect(await store.txn({ compares: [here, empty], then, otherwise })).toMatchObject({ succeeded: true });
      expect((await store.get(`${root}taken`))?.value).toBe('then');
      await put(store, `${root}b/c`, '');
      expect(await store.txn({ compares: [here, empty], then, otherwise })).toMatchObject({ succeeded: false });
      expect(await store.get(`${root}taken`)).toMatchObject({ value: 'otherwise', version: 2 });
    },
  },
  {
    name: 'a branch that changes a key twice is refused whole, taken or not',
    async run({ store, root }) {
      const key = `${root}dir/a`;
      const write: Mutation = { kind: 'put', key, value: '1' };
      const rows: Mutation[][] = [
        [write, { kind: 'put', key, value: '2' }],
        [write, { kind: 'delete', key }],
        [{ kind: 'delete', key }, write],
        [write, { kind: 'delete-prefix', prefix: `${root}dir/` }],
        [{ kind: 'delete-prefix', prefix: key }, write],
      ];
      const never: Compare = { kind: 'version', key, operator: '>', value: 9 };
      const { revision } = await put(store, `${root}other`, '');
      for (const mutations of rows) {
        expect(await codeOf(store.txn({ compares: [], then: mutations }))).toBe('INVALID_INPUT');
        expect(await codeOf(store.txn({ compares: [], then: [], otherwise: mutations }))).toBe('INVALID_INPUT');
        expect(await codeOf(store.txn({ compares: [never], then: mutations }))).toBe('INVALID_INPUT');
      }
      expect(await store.range(root)).toMatchObject({ revision, values: [{ key: `${root}other` }] });
      const twice: Mutation[] = [
        { kind: 'delete', key: `${root}other` },
        { kind: 'delete-prefix', prefix: `${root}oth` },
        { kind: 'delete', key: `${root}other` },
      ];
      await store.txn({ compares: [], then: twice, otherwise: [write] });
      const batches = await readBatches(store, [root], after(revision), after(revision));
      expect(batches).toEqual([
        {
          revision: after(revision),
          changes: [{ kind: 'delete', key: `${root}other`, modRevision: after(revision) }],
        },
      ]);
    },
  },
  {
    name: 'ranges are ordered by UTF-8 bytes and hold exactly the prefix',
    async run({ store, root }) {
      const sorted = ['a', 'a\u0001', 'a/b', 'aé', 'a\uffff', 'a\u{10000}', 'a\u{10ffff}'];
      const others = ['A', '`', 'b', 'B\u{10ffff}'];
      const keys = [...others, ...sorted].reverse();
      for (const key of keys) await put(store, `${root}${key}`, `value of ${key}`);
      const { values } = await store.range(`${root}a`);
      expect(values.map(({ key }) => key.slice(root.length))).toEqual(sorted);
      expect(values.map(({ value }) => value)).toEqual(sorted.map((key) => `value of ${key}`));
      expect((await store.range(root)).values).toHaveLength(keys.length);
      expect((await store.range(`${root}c`)).values).toEqual([]);
    },
  },
  {
    name: 'values come back as they were: empty, any character, long',
    async run({ store, root }) {
      const long = 'ß'.repeat(400_000);
      for (const value of ['', '\0', '"\u2028\ud83d\ude00', long]) {
        await put(store, `${root}a`, value);
        const stored = await store.get(`${root}a`);
        expect(stored?.value === value).toBe(true);
      }
    },
  },
  {
    name: 'the keys can be read as they were at any kept revision',
    async run({ store, root }) {
      const { revision: first } = await put(store, `${root}a`, '1');
      await put(store, `${root}b`, '2');
      await put(store, `${root}a`, '3');
      await store.txn({ compares: [], then: [{ kind: 'delete-prefix', prefix: root }] });
      const last = await put(store, `${root}b`, '4');
      const textAt = async (by: number) => {
        const { values, revision } = await store.range(root, { revision: after(first, by) });
        expect(revision).toBe(after(first, by));
        return values.map(({ key, value, version }) => `${key.slice(root.length)}=${value} v${version}`);
      };
      expect(await textAt(0)).toEqual(['a=1 v1']);
      expect(await textAt(1)).toEqual(['a=1 v1', 'b=2 v1']);
      expect(await textAt(2)).toEqual(['a=3 v2', 'b=2 v1']);
      expect(await textAt(3)).toEqual([]);
      expect(await textAt(4)).toEqual(['b=4 v1']);
      expect(await codeOf(store.range(root, { revision: after(last.revision) }))).toBe('INVALID_INPUT');
    },
  },
  {
    name: 'of transactions that race for a key, one wins each version',
    async run({ store, root }) {
      const key = `${root}counter`;
      const winners = new Map<number, number>();
      const race = async (runner: number) => {
        for (;;) {
          const version = (await store.get(key))?.version ?? 0;
          if (version >= 20) return;
          const compares: Compare[] = [{ kind: 'version', key, operator: '=', value: version }];
          const { succeeded } = await store.txn({ compares, then: [{ kind: 'put', key, value: `${runner}` }] });
          if (!succeeded) continue;
          expect(winners.has(version)).toBe(false);
          winners.set(version, runner);
        }
      };
      await Promise.all([1, 2, 3, 4, 5].map(race));
      expect([...winners.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, version) => version));
      expect((await store.get(key))?.version).toBe(20);
    },
  },
  {
    name: 'what no store may take is refused',
    async run({ store, root }) {
      const { operationsPerTransaction, bytesPerKey, bytesPerTransaction } = store.limits;
      const manyPuts = Array.from({ length: operationsPerTransaction + 1 }, (_, index): Mutation => ({
        kind: 'put',
        key: `${root}${index}`,
        value: '',
      }));
      const rows: Mutation[][] = [
        [{ kind: 'put', key: '', value: '' }],
        [{ kind: 'put', key: `${root}\0`, value: '' }],
        [{ kind: 'put', key: `${root}\ud800`, value: '' }],
        [{ kind: 'put', key: root, value: '\udc00' }],
        [{ kind: 'delete', key: '' }],
        [{ kind: 'delete-prefix', prefix: '\0' }],
        [{ kind: 'put', key: 'k'.repeat(bytesPerKey + 1), value: '' }],
        [{ kind: 'put', key: root, value: 'v'.repeat(bytesPerTransaction) }],
        manyPuts,
      ];
      for (const then of rows) {
        expect(await codeOf(store.txn({ compares: [], then }))).toBe('INVALID_INPUT');
        expect(await codeOf(store.txn({ compares: [], then: [], otherwise: then }))).toBe('INVALID_INPUT');
      }
      expect(await codeOf(store.get(''))).toBe('INVALID_INPUT');
      expect((await store.range(root)).values).toEqual([]);
      const longest = root.padEnd(bytesPerKey, 'k');
      expect(await codeOf(put(store, longest, 'v'))).toBe('resolved');
      await put(store, longest, 'w');
      expect((await store.range(root)).values).toMatchObject([{ key: longest, value: 'w', version: 2 }]);
    },
  },
];
