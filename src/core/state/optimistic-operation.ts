import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { CoordinatorState } from './coordinator-state';
import { settleLock } from './optimistic-membership';
import type { OperationContent, TableEntry } from './table-entry';

/** The stored operation of `entry` is now this one; null: none. */
export function replaceOperation(
  state: CoordinatorState,
  entry: TableEntry,
  content: OperationContent | null,
  revision: Revision,
): void {
  entry.operation = content;
  entry.operationRevision = revision;
  if (content?.done !== true) return;
  // Of an operation that outlived its lock nobody asks any more when it was put; the record of an excluded table says it.
  if (entry.member === null && entry.decisionRevision === NO_REVISION) entry.putRevision = NO_REVISION;
  markDone(state, entry, content);
}

/**
 * A table has carried out an operation (3-optimistic.md, *An operation with `done: true` arrives*): its dropped columns
 * move on, the table is done, and the lock may be resolved. A stale operation counts like any other.
 */
export function markDone(state: CoordinatorState, entry: TableEntry, operation: OperationContent): void {
  const { member, target } = entry;
  if (member === null || target?.lock == null) return;
  const { lock } = target.lock;
  const forget = raiseMarks(state, entry, operation);
  lock.setDone(member, true);
  state.finished.set(entry.key, { forget: [...(state.finished.get(entry.key)?.forget ?? []), ...forget] });
  state.outbox.ask({ kind: 'record-done', table: entry.key });
  settleLock(state, target);
}

/** Move the marks of the operation's columns on; the names, as written, of those whose drop is complete with it. */
function raiseMarks(state: CoordinatorState, entry: TableEntry, operation: OperationContent): string[] {
  const dropped = entry.target?.lock?.lock.dropped;
  if (dropped === undefined) return [];
  const executed = new Set((operation.ddls ?? []).flatMap((ddl) => droppedColumn(state, ddl)));
  const names: string[] = [];
  for (const column of operation.columns ?? []) {
    if (dropped.has(entry.key, column)) dropped.raise(entry.key, column, executed.has(column.toLowerCase()) ? 2 : 1);
    if (dropped.isComplete(column)) names.push(...dropped.forget(column).map(([, mark]) => mark.column));
  }
  return [...new Set(names)];
}

function droppedColumn(state: CoordinatorState, ddl: string): string[] {
  const change = state.caches.columnChangeOf(ddl);
  return change?.kind === 'drop' ? [change.column.toLowerCase()] : [];
}
