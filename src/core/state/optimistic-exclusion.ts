import type { CoordinatorState, SetAside } from './coordinator-state';
import { decideInfo } from './optimistic-info';
import { addMember, dropPending, forgetColumns, settleLock } from './optimistic-membership';
import { markDone } from './optimistic-operation';
import type { TableEntry } from './table-entry';
import type { TargetLock } from './target';

/**
 * The source of `entry` is left out of its task: the table leaves its lock, but still routes to its target. It is set aside
 * as its record has it, which a restart would find: still in conflict if its redirect isn't written.
 */
export function excludeTable(state: CoordinatorState, entry: TableEntry): void {
  const { member, target } = entry;
  const redirect = state.redirecting.get(entry.key);
  if (target !== null) forgetColumns(state, entry, target);
  dropPending(state, entry);
  if (target?.lock == null || member === null) return;
  const { normal, conflict, done, version } = member;
  const schemas = redirect === undefined ? { normal, conflict } : { normal: redirect.before, conflict: normal };
  const marks = target.lock.lock.remove(member);
  state.setAside.set(entry.key, { ...schemas, done, version, marks });
  entry.member = null;
  settleLock(state, target);
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
  if (target.lock !== null && before !== undefined) putBack(target.lock, entry, before);
  const isNewer = entry.operationRevision > entry.infoRevision;
  if (!isNewer) takeUnrecorded(state, entry);
  if (entry.info !== null && !entry.isAnswered) decideInfo(state, entry);
  if (isNewer) takeUnrecorded(state, entry);
  settleLock(state, target);
}

/** What the table had carried out counts again, if no record tells it. */
function takeUnrecorded(state: CoordinatorState, entry: TableEntry): void {
  const { operation, operationRevision, decisionRevision } = entry;
  if (operation?.done === true && operationRevision > decisionRevision) markDone(state, entry, operation);
}

function putBack({ lock }: TargetLock, { member, key }: TableEntry, before: SetAside): void {
  if (member === null) return;
  lock.place(member, before.normal, before.conflict);
  lock.setDone(member, before.done);
  member.version = before.version;
  for (const { column, stage } of before.marks) lock.dropped.raise(key, column, stage);
}
