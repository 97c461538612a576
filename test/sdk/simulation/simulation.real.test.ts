import { describe, expect, it } from '@jest/globals';
import { KEPT_SEEDS } from './kept-seeds';
import { Simulation } from './simulation';

const FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
/** So many histories, each with another seed; one that fails prints it, and `LOCKSTEP_FIRST_SEED` begins with it. */
const HISTORIES = FULL ? 2_000 : 300;
const FIRST = Number(process.env['LOCKSTEP_FIRST_SEED'] ?? 1);
const SEEDS = new Set([...KEPT_SEEDS, ...Array.from({ length: HISTORIES }, (_, index) => FIRST + index)]);

describe('workers and a coordinator to which everything happens', () => {
  it.each([...SEEDS])(
    'keep to what must always hold, and agree in the end: seed %i',
    async (seed) => {
      const simulation = new Simulation(seed);
      expect({ seed, wrong: await simulation.run() }).toEqual({ seed, wrong: [] });
    },
    60_000,
  );
});
