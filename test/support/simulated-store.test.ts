import { describe, expect, it } from '@jest/globals';
import type { Compare, Mutation } from '../../src/core/model/store';
import { SimulatedStore } from './simulated-store';

const put = (key: string, value = 'v'): Mutation => ({ kind: 'put', key, value });

describe('a simulated store', () => {
  it('counts revisions by transaction and versions from the creation', () => {
    const store = new SimulatedStore();
    store.put('a', '1');
    store.transact([], [put('a', '2'), put('b', '1')]);
    expect(store.get('a')).toEqual({ key: 'a', value: '2', version: 2, createRevision: 1, modRevision: 2 });
    store.delete('a');
    store.put('a', '3');
    expect(store.get('a')).toEqual({ key: 'a', value: '3', version: 1, createRevision: 4, modRevision: 4 });
    expect(store.revision).toBe(4);
    expect(store.range('').map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('makes no revision for a transaction that changes nothing', () => {
    const store = new SimulatedStore();
    expect(store.transact([], [{ kind: 'delete', key: 'a' }])).toEqual({ succeeded: true, revision: 0 });
    expect(store.batchesAfter(store.revision)).toEqual([]);
  });

  it('gives the batches after a revision', () => {
    const store = new SimulatedStore();
    const first = store.put('p/a', '1');
    store.put('p/b', '1');
    store.transact([], [{ kind: 'delete-prefix', prefix: 'p/' }]);
    expect(store.batchesAfter(first).map(({ changes }) => changes.map(({ kind, key }) => `${kind} ${key}`))).toEqual([
      ['put p/b'],
      ['delete p/a', 'delete p/b'],
    ]);
  });

  it.each<[string, Compare, boolean]>([
    ['the value', { kind: 'value', key: 'a', operator: '=', value: '2' }, true],
    ['another value', { kind: 'value', key: 'a', operator: '!=', value: '2' }, false],
    ['the value of an absent key', { kind: 'value', key: 'x', operator: '!=', value: '2' }, false],
    ['a version', { kind: 'version', key: 'a', operator: '=', value: 2 }, true],
    ['an absent key', { kind: 'version', key: 'x', operator: '=', value: 0 }, true],
    ['an older revision', { kind: 'modRevision', key: 'a', operator: '<', value: 3 }, true],
    ['a later creation', { kind: 'createRevision', key: 'a', operator: '>', value: 1 }, false],
    ['a prefix that is there', { kind: 'absent', prefix: 'a' }, false],
    ['a prefix that is not', { kind: 'absent', prefix: 'x' }, true],
  ])('compares %s', (_what, compare, holds) => {
    const store = new SimulatedStore();
    store.put('a', '1');
    store.put('a', '2');
    expect(store.transact([compare], [put('b')]).succeeded).toBe(holds);
    expect(store.get('b') !== null).toBe(holds);
  });

  it.each<[string, Mutation[]]>([
    ['puts a key twice', [put('a'), put('a')]],
    ['puts and deletes a key', [put('a'), { kind: 'delete', key: 'a' }]],
    ['puts a key and deletes its prefix', [put('a/b'), { kind: 'delete-prefix', prefix: 'a/' }]],
  ])('refuses a transaction that %s, as etcd does', (_what, mutations) => {
    expect(() => new SimulatedStore().transact([], mutations)).toThrow(/a transaction puts/u);
  });
});
