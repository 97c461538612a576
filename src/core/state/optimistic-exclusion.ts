import type { CoordinatorState } from './coordinator-state';
import { decideInfo } from './optimistic-info';
import { addMember, dropPending, settleLock } from './optimistic-membership';
import type { TableEntry } from './table-entry';

/** The source of `entry` is left out of its task: the table leaves its lock, but still routes to its target. */
export function excludeTable(state: CoordinatorState, entry: TableEntry): void {
  dropPending(state, entry);
  if (entry.target?.lock == null || entry.member === null) return;
  entry.target.lock.lock.remove(entry.member);
  entry.member = null;
  settleLock(state, entry.target);
}

/** The source of `entry` takes part in its task again: the table enters its lock, and what it had reported counts. */
export function includeTable(state: CoordinatorState, entry: TableEntry): void {
  const { target } = entry;
  if (target === null) return;
  if (target.lock !== null && entry.member === null) addMember(state, entry, target.lock.lock);
  if (entry.info !== null) decideInfo(state, entry);
  else settleLock(state, target);
}
