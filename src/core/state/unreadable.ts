import { LockstepError } from '../model/error';
import { NO_REVISION } from '../model/revision';
import type { Compare } from '../model/store';
import type { CoordinatorState } from './coordinator-state';

/**
 * These compares, as far as they are of what the state knows: of a key whose value can't be read it knows nothing but the
 * revision, and that stands in them. Without it a write would be refused for as long as the value stays, since the state
 * takes such a key for absent.
 */
export function compareAsSeen(state: CoordinatorState, compares: readonly Compare[]): readonly Compare[] {
  if (state.problems.size === 0) return compares;
  return compares.map((compare) => {
    const seen = compare.kind === 'absent' ? undefined : state.problems.get(compare.key)?.revision;
    return seen === undefined ? compare : asSeen(compare, seen);
  });
}

function asSeen(compare: Compare, seen: number): Compare {
  if (compare.kind === 'version' && compare.operator === '=' && compare.value === NO_REVISION)
    return { ...compare, kind: 'modRevision', value: seen };
  if (compare.kind !== 'modRevision' || compare.value > seen) return compare;
  if (compare.operator === '=') return { ...compare, value: seen };
  return compare.operator === '<' ? { ...compare, value: seen + 1 } : compare;
}

/** Why nothing may be built on what stands under `key`; null: it can be read, or nothing stands there. */
export function whyUnreadable(state: CoordinatorState, key: string): string | null {
  if (state.newerRecords.has(key)) return `a newer version of this program wrote ${key}`;
  const problem = state.problems.get(key);
  return problem === undefined ? null : `${key} cannot be read: ${problem.message}`;
}

/** Refuse to build on what can't be read. @throws LockstepError UNREADABLE_VALUE with the key */
export function requireReadable(state: CoordinatorState, key: string): void {
  const why = whyUnreadable(state, key);
  if (why !== null) throw new LockstepError('UNREADABLE_VALUE', why, { key });
}
