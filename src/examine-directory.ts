import { readDirectory } from './adapters/embedded/read-only';
import { FOLLOWED_PREFIXES } from './coordinator/follower';
import type { Problem } from './core/diagnosis/problem';
import { problemsOf } from './core/diagnosis/problems';
import type { Revision } from './core/model/revision';
import { CoordinatorState } from './core/state/coordinator-state';
import { recover } from './core/state/recovery';

/** What a store's directory looks like from outside. */
export interface Examination {
  readonly revision: Revision;
  /** How many values it holds of those that a server reads. */
  readonly valueCount: number;
  readonly lockCount: number;
  readonly problems: readonly Problem[];
}

/**
 * Look at a store's directory as a server would when it starts, without a server and without changing anything: the
 * composition root of `doctor --data-dir`.
 * @throws LockstepError INVALID_INPUT (there is no store), STORE_FOREIGN, STORE_DAMAGED
 */
export async function examineDirectory(directory: string): Promise<Examination> {
  const { values, revision } = await readDirectory(directory, FOLLOWED_PREFIXES);
  // Nothing is ever written of this state, so how much a write may hold doesn't matter.
  const state = new CoordinatorState({ operationsPerWrite: 1 });
  recover(state, values, revision);
  const optimistic = [...state.targets.values()].filter(({ lock }) => lock !== null).length;
  return {
    revision,
    valueCount: values.length,
    lockCount: optimistic + state.pessimistic.locks.size,
    problems: problemsOf(state),
  };
}
