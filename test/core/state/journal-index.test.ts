import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseRevision } from '../../../src/core/model/revision';
import { JournalIndex } from '../../../src/core/state/journal-index';
import type { JournalEntry } from '../../../src/core/state/journal-index';

const entry = (sequence: number): JournalEntry => ({
  sequence,
  revision: parseRevision(10 * sequence),
  atMs: 1_000 * sequence,
});
const rev = parseRevision;

function indexOf(sequences: readonly number[]): JournalIndex {
  const index = new JournalIndex();
  for (const sequence of sequences) index.add(entry(sequence));
  return index;
}

describe('the index of the journal', () => {
  it('finds records by their revisions, both ends included', () => {
    const index = indexOf([1, 2, 4, 5]);
    expect(index.between(rev(10), rev(40), 9)).toEqual([entry(1), entry(2), entry(4)]);
    expect(index.between(rev(11), rev(49), 9)).toEqual([entry(2), entry(4)]);
    expect(index.between(rev(0), rev(99), 2)).toEqual([entry(1), entry(2)]);
    expect(index.newestBetween(rev(0), rev(99), 2)).toEqual([entry(4), entry(5)]);
    expect(index.newestBetween(rev(0), rev(45), 2)).toEqual([entry(2), entry(4)]);
    expect(index.between(rev(51), rev(99), 9)).toEqual([]);
    expect(index.last).toBe(5);
  });

  it('knows up to where something may be missing', () => {
    const index = indexOf([1, 2, 3]);
    expect(index.trimmedThrough).toBe(0);
    index.remove(1);
    expect(index.trimmedThrough).toBe(10);
    index.remove(1);
    index.remove(7);
    expect(index.trimmedThrough).toBe(10);
    expect(indexOf([3, 4]).trimmedThrough).toBe(29);
    expect(index.last).toBe(3);
  });

  it('is what a plain list would be, whatever is added and trimmed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 4_000 }), (steps) => {
        const index = new JournalIndex();
        const list: JournalEntry[] = [];
        let next = 1;
        for (const step of steps) {
          if (step >= 0) {
            index.add(entry(next));
            list.push(entry(next));
            next += 1;
          } else for (const { sequence } of list.splice(0, -step)) index.remove(sequence);
        }
        expect(index.between(rev(0), rev(10 * next), next)).toEqual(list);
        expect(index.expired(2, 0, 3)).toEqual(
          list.slice(0, Math.max(0, Math.min(3, list.length - 2))).map(({ sequence }) => sequence),
        );
      }),
      { seed: 5, numRuns: 50 },
    );
  });
});
