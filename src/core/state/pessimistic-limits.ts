import type { CoordinatorState } from './coordinator-state';

/**
 * Compares and mutations that a write for a lock has beside those of its sources: the lock's records, an action and what it
 * does to one source.
 */
const OVERHEAD = 8;

/** How many sources one write can be about: each may take two compares and two mutations, of an operation and a record. */
export function sourcesPerWrite(state: CoordinatorState): number {
  return Math.max(1, Math.floor((state.limits.operationsPerWrite - OVERHEAD) / 2));
}
