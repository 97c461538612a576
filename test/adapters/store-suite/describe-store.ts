import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { leaseCases } from './lease-cases';
import { modelCase } from './model-case';
import type { StoreUnderTest } from './store-under-test';
import { transactionCases } from './transaction-cases';
import { watchCases } from './watch-cases';

/**
 * The laws of the store port, as tests of one adapter. Only what a store of its own does besides (its limits, its files)
 * is tested elsewhere.
 * @param open a store for one test
 */
export function describeStore(
  name: string,
  open: () => Promise<StoreUnderTest>,
  { modelRuns = 400 }: { modelRuns?: number } = {},
): void {
  describe(name, () => {
    let under: StoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());
    const cases = [...transactionCases, ...watchCases, ...leaseCases, modelCase(modelRuns)];
    for (const { name: law, run } of cases) it(law, () => run(under));
  });
}
