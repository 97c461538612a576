import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { Compare, Mutation } from '../../../src/core/model/store';
import type { Transaction } from '../../../src/ports/store';
import { SimulatedStore } from '../../support/simulated-store';
import { after, put, readBatches } from './store-under-test';
import type { StoreCase } from './store-under-test';

/** Any transactions come to the same as in the store that the decisions are judged with. */
export function modelCase(runs: number): StoreCase {
  return {
    name: 'any transactions come to the same results, batches and keys as in the simulated store',
    async run({ store, root }) {
      const { revision: start } = await put(store, `${root}start`, '');
      const model = new SimulatedStore();
      // The same first key, and the same distance of the revisions for the rest.
      const modelStart = model.put(`${root}start`, '');
      const shift = start - modelStart;
      for (const transaction of fc.sample(transactionOf(root), { numRuns: runs, seed: 20 })) {
        const expected = model.transact(transaction.compares, transaction.then);
        const result = await store.txn(transaction);
        expect(result).toEqual({ ...expected, revision: expected.revision + shift });
      }
      const moved = <T extends { modRevision: number; createRevision?: number }>(value: T) => ({
        ...value,
        modRevision: value.modRevision + shift,
        ...(value.createRevision === undefined ? {} : { createRevision: value.createRevision + shift }),
      });
      const { values, revision } = await store.range(root);
      expect(values).toEqual(model.range(root).map(moved));
      const batches = await readBatches(store, [root], after(start), revision);
      expect(batches).toEqual(
        model
          .batchesAfter(modelStart)
          .map((batch) => ({ revision: batch.revision + shift, changes: batch.changes.map(moved) })),
      );
    },
  };
}

function transactionOf(root: string): fc.Arbitrary<Transaction> {
  const key = fc.constantFrom('a', 'a/1', 'a/2', 'b', 'b/1').map((name) => `${root}${name}`);
  const value = fc.constantFrom('', 'v', 'w');
  const compare: fc.Arbitrary<Compare> = fc.oneof(
    fc.record({
      kind: fc.constant('value' as const),
      key,
      operator: fc.constantFrom('=' as const, '!=' as const),
      value,
    }),
    fc.record({
      kind: fc.constant('version' as const),
      key,
      operator: fc.constantFrom('=' as const, '!=' as const, '<' as const, '>' as const),
      value: fc.nat(3),
    }),
    fc.record({ kind: fc.constant('absent' as const), prefix: key }),
  );
  const mutation: fc.Arbitrary<Mutation> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('put' as const), key, value }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-prefix' as const), prefix: key }) },
  );
  return fc.record({
    compares: fc.array(compare, { maxLength: 1 }),
    then: fc.array(mutation, { maxLength: 4 }).map(withoutOverlaps),
  });
}

/** Leave out what would change a key twice. */
function withoutOverlaps(mutations: readonly Mutation[]): Mutation[] {
  const kept: Mutation[] = [];
  for (const mutation of mutations) if (kept.every((other) => !overlap(mutation, other))) kept.push(mutation);
  return kept;
}

function overlap(a: Mutation, b: Mutation): boolean {
  const [from, to] = [rangeOf(a), rangeOf(b)];
  return from.startsWith(to) || to.startsWith(from);
}

function rangeOf(mutation: Mutation): string {
  return mutation.kind === 'delete-prefix' ? mutation.prefix : mutation.key;
}
