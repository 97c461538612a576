import type { LockId } from '../model/lock-id';
import { NO_REVISION, parseRevision } from '../model/revision';
import type { Revision } from '../model/revision';
import type { TableKey } from '../model/table-key';
import type { CoordinatorState } from './coordinator-state';
import { isLeft } from './leaving-tables';
import type { FormerLock, LeavingTable } from './leaving-tables';
import type { TableEntry } from './table-entry';

/**
 * `entry` isn't in the lock of `lockId` any more: what is stored of it there, its info and its operation are of its past, and
 * are to be deleted. Nothing of that is known from now on but that it is there.
 * @param since what came at this revision or later is of its new life
 */
export function leaveBehind(
  state: CoordinatorState,
  entry: TableEntry,
  lockId: LockId,
  left: FormerLock,
  since: Revision | null = null,
): void {
  forgetContents(state, entry, since);
  leaveRecord(state, entry, lockId, left);
  if (hasPast(entry, state.leaving.get(entry.key))) state.leaving.hold(entry.key, lockId);
}

/** `entry` isn't in the lock of `lockId`, but what is stored of it there is to be deleted, and nothing else. */
export function leaveRecord(state: CoordinatorState, entry: TableEntry, lockId: LockId, left: FormerLock): void {
  const before = state.leaving.formerLock(entry.key, lockId);
  if (state.leaving.get(entry.key) === undefined) state.leaving.mark(entry.key, NO_REVISION);
  state.leaving.setFormerLock(entry.key, lockId, {
    incarnation: left.incarnation ?? before?.incarnation ?? null,
    decisionRevision: parseRevision(Math.max(left.decisionRevision, before?.decisionRevision ?? NO_REVISION)),
    columns: [...new Set([...(before?.columns ?? []), ...left.columns])],
  });
  state.outbox.ask({ kind: 'forget-table', table: entry.key });
}

/**
 * `entry`, of which something is stored, begins anew: that is of its past.
 * @param since what came at this revision or later is of its new life; null: nothing that has come yet is
 */
export function forgetContents(state: CoordinatorState, entry: TableEntry, since: Revision | null = null): void {
  if (since === null || entry.infoRevision < since) {
    entry.info = null;
    entry.infoVersion = 0;
  }
  if (since === null || entry.operationRevision < since) entry.operation = null;
  state.unreadable.delete(entry);
  // What comes in this very revision is of its new life.
  state.leaving.mark(entry.key, parseRevision(Math.max(0, (since ?? state.revision) - 1)));
  state.outbox.ask({ kind: 'forget-table', table: entry.key });
}

/** Something of a table that has left was deleted or replaced, or was told: it may be gone, and its entry with it. */
export function settleLeaving(state: CoordinatorState, entry: TableEntry): void {
  const leaving = state.leaving.get(entry.key);
  if (leaving !== undefined) {
    if (!hasPast(entry, leaving)) releaseLocks(state, entry.key);
    if (isAnythingLeft(state, entry, leaving)) return;
    state.leaving.forget(entry.key);
    state.outbox.settle({ kind: 'forget-table', table: entry.key });
  }
  if (entry.isForgotten) state.tables.delete(entry.key);
}

/** A lock has ended, and what was dropped in it with it: that a table left it before concerns nobody any more. */
export function dropUntold(state: CoordinatorState, lockId: LockId): void {
  for (const table of state.leaving.leftBehind(lockId)) {
    const former = state.leaving.formerLock(table, lockId);
    const entry = state.tables.get(table);
    if (former === undefined || entry === undefined) continue;
    state.leaving.setFormerLock(table, lockId, { ...former, incarnation: null, columns: [] });
    settleLeaving(state, entry);
  }
}

/** Another leader has come: of a table of which nothing was stored it can't know that it left, so nobody tells that. */
export function dropUnknown(state: CoordinatorState): void {
  for (const [table, leaving] of [...state.leaving]) {
    const entry = state.tables.get(table);
    if (entry === undefined || hasPast(entry, leaving)) continue;
    for (const [lockId, former] of leaving.formerLocks) {
      if (former.decisionRevision !== NO_REVISION) continue;
      state.leaving.setFormerLock(table, lockId, { ...former, incarnation: null });
    }
    settleLeaving(state, entry);
  }
}

/** Whether `revision`, of something that is stored of `entry`, is of the table's past. */
export function isPast(entry: TableEntry, { revision }: LeavingTable, stored: Revision): boolean {
  return stored !== NO_REVISION && (entry.membership === 'none' || stored <= revision);
}

/** Whether `table`, which may have come back to its lock, has dropped `column` in it. */
export function isMarked(state: CoordinatorState, lockId: LockId, table: TableKey, column: string): boolean {
  return state.targets.get(lockId)?.lock?.lock.dropped.has(table, column) ?? false;
}

function isAnythingLeft(state: CoordinatorState, entry: TableEntry, leaving: LeavingTable): boolean {
  if (hasPast(entry, leaving)) return true;
  if (entry.attempt !== null && isPast(entry, leaving, entry.attempt.revision)) return true;
  return [...leaving.formerLocks].some(([lockId, former]) =>
    isLeft(former, (column) => isMarked(state, lockId, entry.key, column)),
  );
}

function hasPast(entry: TableEntry, leaving: LeavingTable | undefined): boolean {
  if (leaving === undefined) return false;
  return isPast(entry, leaving, entry.infoRevision) || isPast(entry, leaving, entry.operationRevision);
}

/** Locks that could not go before this table's info and operation. */
function releaseLocks(state: CoordinatorState, table: TableKey): void {
  for (const lockId of state.leaving.release(table)) {
    for (const kind of ['remove-remains', 'remove-optimistic-lock'] as const) {
      if (state.outbox.has({ kind, lockId })) state.outbox.ask({ kind, lockId });
    }
  }
}
