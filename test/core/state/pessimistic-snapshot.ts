import type { CoordinatorState } from '../../../src/core/state/coordinator-state';

/** Everything that the state means for pessimistic locks, in an order of its own: two roads must lead to the same. */
export function snapshotOf(state: CoordinatorState): unknown {
  const locks = [...state.pessimistic.locks.values()].map(({ lock, ...held }) => ({
    origin: lock.origin,
    owner: lock.owner,
    declared: lock.declared,
    executed: lock.executed,
    unlock: lock.unlock,
    excluded: [...lock.excluded].sort(),
    participants: [...lock.participants.values()].map(plain).sort(bySource),
    conflicts: byName(lock.conflicts),
    news: byName(lock.news),
    toldConflicts: byName(lock.toldConflicts),
    untoldConflicts: [...lock.untoldConflicts].sort(),
    counts: [lock.activeCount, lock.remain, lock.executor, [...lock.open()].sort()],
    told: held.told,
    recordRevision: held.recordRevision,
    sourcesRevision: held.sourcesRevision,
    hasNewSources: held.hasNewSources,
    progressAtMs: held.progressAtMs,
    untold: [...held.untold].sort(),
    blocked: [...held.blocked].sort(),
  }));
  const sources = [...state.pessimistic.entries].map(plain).sort(bySource);
  return {
    locks: locks.sort((a, b) => (a.origin.id < b.origin.id ? -1 : 1)),
    sources,
    deadlines: [...state.pessimistic.deadlines].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

function byName<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The fields of an object, without its class. */
function plain(value: { readonly source: string }): { readonly source: string } {
  return { source: value.source, ...Object.fromEntries(Object.entries(value)) };
}

function bySource(a: { readonly source: string }, b: { readonly source: string }): number {
  return a.source < b.source ? -1 : 1;
}
