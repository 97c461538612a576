import { expect } from '@jest/globals';
import type { Batch } from '../../../src/core/model/store';
import { after, codeOf, nextBatch, put, readBatches, remove } from './store-under-test';
import type { StoreCase } from './store-under-test';

/** Watches, history and compaction. */
export const watchCases: readonly StoreCase[] = [
  {
    name: 'a watch gives one batch a revision, with all changes under the prefix in the order they were written',
    async run({ store, root }) {
      const { revision: before } = await put(store, `${root}x/old`, 'old');
      await put(store, `${root}x/z`, 'z');
      await store.txn({
        compares: [],
        then: [
          { kind: 'put', key: `${root}x/new`, value: 'new' },
          { kind: 'put', key: `${root}y/elsewhere`, value: '' },
          { kind: 'delete-prefix', prefix: `${root}x/old` },
          { kind: 'put', key: `${root}x/b`, value: 'b' },
        ],
      });
      await put(store, `${root}y/elsewhere`, '');
      const end = await store.txn({ compares: [], then: [{ kind: 'delete-prefix', prefix: `${root}x/` }] });
      const [first, second, third, ...more] = await readBatches(store, [`${root}x/`], after(before), end.revision);
      const two = after(before, 2);
      const made = (key: string, value: string, revision: number) => ({
        kind: 'put',
        key: `${root}x/${key}`,
        value,
        version: 1,
        createRevision: revision,
        modRevision: revision,
      });
      expect(first).toEqual({ revision: after(before), changes: [made('z', 'z', after(before))] });
      expect(second).toEqual({
        revision: two,
        changes: [
          made('new', 'new', two),
          { kind: 'delete', key: `${root}x/old`, modRevision: two },
          made('b', 'b', two),
        ],
      });
      expect(third?.changes).toEqual(
        ['b', 'new', 'z'].map((key) => ({ kind: 'delete', key: `${root}x/${key}`, modRevision: end.revision })),
      );
      expect(more).toEqual([]);
    },
  },
  {
    name: 'a watch of several prefixes keeps their changes of one revision together',
    async run({ store, root }) {
      const both = await store.txn({
        compares: [],
        then: ['b', 'a', 'c'].map((name) => ({ kind: 'put', key: `${root}${name}/1`, value: name }) as const),
      });
      const last = await put(store, `${root}a/2`, '');
      const batches = await readBatches(store, [`${root}a/`, `${root}b/`], both.revision, last.revision);
      expect(
        batches.map(({ revision, changes }) => [revision, changes.map(({ key }) => key.slice(root.length))]),
      ).toEqual([
        [both.revision, ['b/1', 'a/1']],
        [last.revision, ['a/2']],
      ]);
    },
  },
  {
    name: 'from the past, from now and from the future, watches give the same',
    async run({ store, root }) {
      const start = await put(store, `${root}0`, '');
      const from = after(start.revision);
      const end = after(start.revision, 40);
      const live = readBatches(store, [root], from, end);
      const late = readBatches(store, [root], after(start.revision, 20), end);
      for (let index = 0; index < 40; index += 1) {
        const key = `${root}${index % 7}`;
        await (index % 5 === 4
          ? store.txn({
              compares: [],
              then: [
                { kind: 'delete-prefix', prefix: key },
                { kind: 'put', key: `${root}p${index}`, value: '' },
              ],
            })
          : put(store, key, `${index}`));
      }
      const past = await readBatches(store, [root], from, end);
      expect(past.map(({ revision }) => revision)).toEqual(Array.from({ length: 40 }, (_, index) => from + index));
      expect(await live).toEqual(past);
      expect(await late).toEqual(past.slice(19));
    },
  },
  {
    name: 'a watch tells how far it is although nothing changes under its prefix',
    async run({ store, root }) {
      const { revision } = await put(store, `${root}a`, '');
      const abort = new AbortController();
      const watch = store.watch([`${root}quiet/`], revision, abort.signal)[Symbol.asyncIterator]();
      const seen: Batch[] = [];
      let target = revision;
      for (let round = 0; round < 3; round += 1) {
        while ((seen.at(-1)?.revision ?? 0) < target) {
          seen.push(await nextBatch(watch));
        }
        target = (await put(store, `${root}a`, `${round}`)).revision;
      }
      abort.abort();
      expect(await watch.next()).toEqual({ value: undefined, done: true });
      expect(seen.every(({ changes }) => changes.length === 0)).toBe(true);
      const revisions = seen.map((batch) => batch.revision);
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    },
  },
  {
    name: 'a watch ends when it is aborted, also while it waits and before it begins',
    async run({ store, root }) {
      const from = after(await store.revision());
      const abort = new AbortController();
      const waiting = readToEnd(store.watch([root], from, abort.signal));
      await put(store, `${root}a`, '');
      abort.abort();
      expect((await waiting).length).toBeLessThanOrEqual(1);
      expect(await readToEnd(store.watch([root], from, abort.signal))).toEqual([]);
    },
  },
  {
    name: 'a reader that stops for a while loses nothing',
    async run({ store, root }) {
      const { revision } = await put(store, `${root}0`, '');
      const watch = store.watch([root], after(revision), new AbortController().signal)[Symbol.asyncIterator]();
      await put(store, `${root}1`, '');
      expect(await nextBatch(watch)).toMatchObject({ revision: after(revision) });
      for (let index = 0; index < 30; index += 1) await put(store, `${root}${index}`, '');
      for (let index = 0; index < 30; index += 1) {
        expect(await nextBatch(watch)).toMatchObject({ revision: after(revision, 2 + index) });
      }
      await watch.return?.();
    },
  },
  {
    name: 'before the compacted revision nothing can be read or watched, from it on everything',
    async run({ store, root, compactTo, watchesCompacted }) {
      const { revision: first } = await put(store, `${root}a`, '1');
      await put(store, `${root}b`, '2');
      await put(store, `${root}a`, '3');
      await remove(store, `${root}b`);
      const { revision: last } = await put(store, `${root}c`, '5');
      const compacted = after(first, 2);
      await compactTo(compacted);
      const watched = readBatches(store, [root], after(first), last);
      await expect(watched).rejects.toMatchObject({
        code: 'STORE_COMPACTED',
        fields: { revision: after(first), compactedRevision: compacted },
      });
      expect(await codeOf(store.range(root, { revision: after(first) }))).toBe('STORE_COMPACTED');
      const { values } = await store.range(root, { revision: compacted });
      expect(values).toMatchObject([
        { key: `${root}a`, value: '3', version: 2 },
        { key: `${root}b`, value: '2', version: 1 },
      ]);
      const watchable = watchesCompacted ? compacted : after(compacted);
      const batches = await readBatches(store, [root], watchable, last);
      const changes = [
        [{ kind: 'put', key: `${root}a`, value: '3', version: 2, createRevision: first }],
        [{ kind: 'delete', key: `${root}b` }],
        [{ kind: 'put', key: `${root}c` }],
      ];
      expect(batches.map((batch) => batch.changes)).toMatchObject(changes.slice(watchable - compacted));
      expect((await store.range(root)).values.map(({ key }) => key)).toEqual([`${root}a`, `${root}c`]);
    },
  },
  {
    name: 'a deletion at the compacted revision is seen, or the watch is refused: it is never left out',
    async run({ store, root, compactTo, watchesCompacted }) {
      await put(store, `${root}a`, '1');
      const { revision } = await remove(store, `${root}a`);
      const last = await put(store, `${root}a`, '2');
      await compactTo(revision);
      const watched = readBatches(store, [root], revision, last.revision);
      if (!watchesCompacted) {
        await expect(watched).rejects.toMatchObject({
          code: 'STORE_COMPACTED',
          fields: { compactedRevision: revision },
        });
        return;
      }
      expect(await watched).toMatchObject([
        { revision, changes: [{ kind: 'delete', key: `${root}a` }] },
        { revision: last.revision, changes: [{ kind: 'put', value: '2', version: 1 }] },
      ]);
    },
  },
  {
    name: 'a watch that is caught up lives through compaction',
    async run({ store, root, compactTo }) {
      const { revision } = await put(store, `${root}a`, '1');
      const watch = store.watch([root], revision, new AbortController().signal)[Symbol.asyncIterator]();
      expect(await nextBatch(watch)).toMatchObject({ revision });
      await compactTo(revision);
      await put(store, `${root}a`, '2');
      expect(await nextBatch(watch)).toMatchObject({ revision: after(revision), changes: [{ value: '2' }] });
      await watch.return?.();
    },
  },
];

async function readToEnd(watch: AsyncIterable<Batch>): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of watch) if (batch.changes.length > 0) batches.push(batch);
  return batches;
}
