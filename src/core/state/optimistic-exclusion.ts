import type { CoordinatorState } from './coordinator-state';
import { decideInfo } from './optimistic-info';
import { addMember, dropPending, settleLock } from './optimistic-membership';
import type { TableEntry } from './table-entry';

/** The source of `entry` is left out of its task: the table leaves its lock, but still routes to its target. */
export function excludeTable(state: CoordinatorState, entry: TableEntry): void {
  dropPending(state, entry);
  if (entry.target?.lock == null || entry.member === null) return;
  state.setAside.set(entry.key, { ...entry.member });
  entry.target.lock.lock.remove(entry.member);
  entry.member = null;
  settleLock(state, entry.target);
}

/**
 * The source of `entry` takes part in its task again: the table enters its lock. An info that was answered before stays
 * answered; one that wasn't, or that came meanwhile, is decided now.
 */
export function includeTable(state: CoordinatorState, entry: TableEntry): void {
  const { target } = entry;
  if (target === null) return;
  const before = state.setAside.get(entry.key);
  state.setAside.delete(entry.key);
  if (target.lock !== null && entry.member === null) addMember(state, entry, target.lock.lock);
  if (entry.info !== null && !entry.isAnswered) return decideInfo(state, entry);
  if (target.lock !== null && entry.member !== null && before !== undefined) {
    target.lock.lock.place(entry.member, before.normal, before.conflict);
    target.lock.lock.setDone(entry.member, before.done);
    entry.member.version = before.version;
  }
  settleLock(state, target);
}
