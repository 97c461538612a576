import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../../../src/adapters/memory/memory-store';
import { ManualClock } from '../../support/manual-clock';
import { describeStore } from '../store-suite/describe-store';
import { codeOf, put, readBatches } from '../store-suite/store-under-test';
import { parseRevision } from '../../../src/core/model/revision';

describeStore('memory store', () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  return Promise.resolve({
    store,
    root: '/test/',
    ttlMs: 10_000,
    pass: (ms) => clock.advance(ms),
    compactTo: (revision) => store.compactTo(revision),
    watchesCompacted: true,
    close: () => store.close(),
  });
});

describe('memory store', () => {
  it('answers nothing and ends its watches once it is closed', async () => {
    const store = new MemoryStore(new ManualClock());
    const watched = codeOf(readBatches(store, [''], parseRevision(1), parseRevision(1)));
    await store.close();
    await store.close();
    expect(await watched).toBe('STORE_UNAVAILABLE');
    for (const asked of [store.revision(), store.get('a'), store.range(''), store.grant(10), put(store, 'a', '')]) {
      expect(await codeOf(asked)).toBe('STORE_UNAVAILABLE');
    }
  });

  it.each([
    { what: 'count', retention: { maxRevisions: 10, maxAgeMs: 1e12 }, waitMs: 60_000, compacted: 40 },
    { what: 'age', retention: { maxRevisions: 1_000, maxAgeMs: 100_000 }, waitMs: 120_000, compacted: 31 },
    {
      what: 'age, but the last revision stays',
      retention: { maxRevisions: 1_000, maxAgeMs: 1_000 },
      waitMs: 120_000,
      compacted: 50,
    },
  ])('drops old revisions by $what', async ({ retention, waitMs, compacted }) => {
    const clock = new ManualClock();
    const store = new MemoryStore(clock, { retention });
    for (let index = 0; index < 30; index += 1) await put(store, `${index}`, '');
    await clock.advance(30_000);
    for (let index = 0; index < 20; index += 1) await put(store, `${index}`, '');
    await clock.advance(waitMs - 30_000);
    expect(await codeOf(store.range('', { revision: parseRevision(compacted - 1) }))).toBe('STORE_COMPACTED');
    expect(await codeOf(store.range('', { revision: parseRevision(compacted) }))).toBe('resolved');
    await store.close();
  });
});
