import { describe, expect, it } from '@jest/globals';
import { Simulation } from './simulation';

const FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
/** So many histories, each with another seed; one that fails prints it, and `LOCKSTEP_FIRST_SEED` begins with it. */
const SEEDS = FULL ? 2_000 : 300;
const FIRST = Number(process.env['LOCKSTEP_FIRST_SEED'] ?? 1);

describe('workers and a coordinator to which everything happens', () => {
  it.each(Array.from({ length: SEEDS }, (_, index) => FIRST + index))(
    'agree in the end: seed %i',
    async (seed) => {
      const simulation = new Simulation(seed);
      expect({ seed, wrong: await simulation.run() }).toEqual({ seed, wrong: [] });
    },
    60_000,
  );
});
