import { describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '../../../src/adapters/embedded/embedded-store';
import { parseRevision } from '../../../src/core/model/revision';
import { ManualClock } from '../../support/manual-clock';
import { after, codeOf, nextBatch, put, readBatches, remove } from '../store-suite/store-under-test';
import { useDirectories } from './use-directories';

const makeDirectory = useDirectories();

describe('an embedded store that is opened again', () => {
  it('has its keys, revisions and history', async () => {
    const directory = makeDirectory();
    const first = await EmbeddedStore.open(directory, new ManualClock());
    await put(first, 'a', '1');
    await put(first, 'a', '2');
    await put(first, 'b', 'ß');
    await remove(first, 'b');
    const before = {
      range: await first.range(''),
      old: await first.range('', { revision: parseRevision(3) }),
      batches: await readBatches(first, [''], parseRevision(1), parseRevision(4)),
    };
    await first.close();
    const second = await EmbeddedStore.open(directory, new ManualClock());
    expect({
      range: await second.range(''),
      old: await second.range('', { revision: parseRevision(3) }),
      batches: await readBatches(second, [''], parseRevision(1), parseRevision(4)),
    }).toEqual(before);
    expect(await put(second, 'a', '3')).toEqual({ succeeded: true, revision: 5 });
    expect(await second.get('a')).toMatchObject({ version: 3, createRevision: 1 });
    await second.close();
  });

  it('gives leases their whole time again, and never an ID twice', async () => {
    const directory = makeDirectory();
    const clock = new ManualClock();
    const first = await EmbeddedStore.open(directory, clock);
    const [kept, ended] = [await first.grant(10_000), await first.grant(10_000)];
    await first.txn({ compares: [], then: [{ kind: 'put', key: 'a', value: '', lease: kept.id }] });
    await first.revoke(ended.id);
    await clock.advance(9_000);
    await first.close();
    const second = await EmbeddedStore.open(directory, clock);
    await clock.advance(9_000);
    expect(await second.get('a')).not.toBeNull();
    expect(await codeOf(second.keepAlive(ended.id))).toBe('LEASE_ENDED');
    const anew = await second.grant(10_000);
    expect([kept.id, ended.id]).not.toContain(anew.id);
    await clock.advance(1_000);
    await put(second, 'b', '');
    expect(await second.get('a')).toBeNull();
    await second.close();
  });

  it('knows what was compacted', async () => {
    const directory = makeDirectory();
    const first = await EmbeddedStore.open(directory, new ManualClock());
    for (let index = 0; index < 10; index += 1) await put(first, 'a', `${index}`);
    await first.compactTo(parseRevision(6));
    await first.close();
    const second = await EmbeddedStore.open(directory, new ManualClock());
    expect(second.compacted).toBe(6);
    expect(await codeOf(readBatches(second, [''], parseRevision(5), parseRevision(10)))).toBe('STORE_COMPACTED');
    expect(await readBatches(second, [''], parseRevision(6), parseRevision(10))).toHaveLength(5);
    await second.close();
  });
});

describe('closing an embedded store', () => {
  it('finishes what is under way and refuses the rest', async () => {
    const directory = makeDirectory();
    const store = await EmbeddedStore.open(directory, new ManualClock());
    const waiting = codeOf(
      nextBatch(store.watch(['never'], parseRevision(9_999), new AbortController().signal)[Symbol.asyncIterator]()),
    );
    const written = Array.from({ length: 500 }, (_, index) => put(store, `${index}`, ''));
    const ranged = codeOf(store.range(''));
    const closed = store.close();
    expect(await codeOf(put(store, 'late', ''))).toBe('STORE_UNAVAILABLE');
    await closed;
    expect((await Promise.all(written)).at(-1)?.revision).toBe(500);
    expect(await waiting).toBe('STORE_UNAVAILABLE');
    expect(['resolved', 'STORE_UNAVAILABLE']).toContain(await ranged);
    for (const asked of [store.revision(), store.get('a'), store.range(''), store.grant(10)]) {
      expect(await codeOf(asked)).toBe('STORE_UNAVAILABLE');
    }
    await store.close();
    const again = await EmbeddedStore.open(directory, new ManualClock());
    expect((await again.range('')).values).toHaveLength(500);
    await again.close();
  });
});

describe('compaction of an embedded store', () => {
  it.each([
    { what: 'count', retention: { maxRevisions: 10, maxAgeMs: 1e12 }, compacted: 40 },
    { what: 'age', retention: { maxRevisions: 1_000, maxAgeMs: 100_000 }, compacted: 31 },
    { what: 'age, but never the last revision', retention: { maxRevisions: 1_000, maxAgeMs: 1_000 }, compacted: 50 },
  ])('drops revisions by $what', async ({ retention, compacted }) => {
    const clock = new ManualClock();
    const store = await EmbeddedStore.open(makeDirectory(), clock, { retention });
    for (let index = 0; index < 30; index += 1) await put(store, `${index % 3}`, `${index}`);
    await clock.advance(30_000);
    for (let index = 0; index < 20; index += 1) await put(store, `${index % 3}`, `${index}`);
    await clock.advance(90_000);
    await store.grant(1);
    expect(store.compacted).toBe(compacted);
    expect(await codeOf(store.range('', { revision: parseRevision(compacted - 1) }))).toBe('STORE_COMPACTED');
    expect((await store.range('', { revision: parseRevision(compacted) })).values).toHaveLength(3);
    await store.close();
  });

  it.each([
    ['nothing', 'nothing', 30],
    ['an older revision', '12', 12],
    ['a newer one', '40', 30],
  ])('never drops what the value of a key says is still read: %s', async (_, kept, compacted) => {
    const clock = new ManualClock();
    const keepFrom = {
      key: 'kept',
      revisionIn: (value: string) => (value === 'nothing' ? null : parseRevision(Number(value))),
    };
    const store = await EmbeddedStore.open(makeDirectory(), clock, {
      retention: { maxRevisions: 11, maxAgeMs: 1e12 },
      keepFrom,
    });
    for (let index = 1; index < 41; index += 1) await put(store, `${index % 3}`, `${index}`);
    await put(store, 'kept', kept);
    await clock.advance(60_000);
    await store.grant(1);
    expect(store.compacted).toBe(compacted);
    expect((await store.range('', { revision: parseRevision(compacted) })).values).toHaveLength(3);
    await store.close();
  });

  it('goes on while others write, and a reader that is too slow is told', async () => {
    const store = await EmbeddedStore.open(makeDirectory(), new ManualClock(), {
      retention: { maxRevisions: 1_000, maxAgeMs: 1e12 },
    });
    await put(store, 'a', '');
    const slow = store.watch([''], parseRevision(1), new AbortController().signal)[Symbol.asyncIterator]();
    expect((await nextBatch(slow)).revision).toBe(1);
    let last = parseRevision(1);
    for (let round = 0; round < 20; round += 1) {
      const results = await Promise.all(Array.from({ length: 250 }, (_, index) => put(store, `${index}`, `${round}`)));
      last = results.at(-1)?.revision ?? last;
    }
    await store.compactTo(parseRevision(1));
    expect(last).toBe(5_001);
    expect(store.compacted).toBeGreaterThan(2_000);
    expect(await codeOf(nextBatch(slow))).toBe('STORE_COMPACTED');
    const from = store.compacted;
    const batches = await readBatches(store, [''], from, last);
    expect(batches.map(({ revision }) => revision)).toEqual(
      Array.from({ length: last - from + 1 }, (_, index) => after(from, index)),
    );
    await store.close();
  });
});
