import type { CoordinatorState } from './coordinator-state';

/**
 * Something that walks over a whole state, found out once for each of its revisions: one request may ask for it a thousand
 * times. It must depend on nothing but the state.
 */
export function onceARevision<T>(find: (state: CoordinatorState) => T): (state: CoordinatorState) => T {
  const known = new WeakMap<CoordinatorState, { readonly revision: number; readonly found: T }>();
  return (state) => {
    const last = known.get(state);
    if (last?.revision === state.revision) return last.found;
    const found = find(state);
    known.set(state, { revision: state.revision, found });
    return found;
  };
}

/** What belongs together, by its key. */
export function grouped<K, T>(pairs: Iterable<readonly [K, T]>): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const [key, item] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
