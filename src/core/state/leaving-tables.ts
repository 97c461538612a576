import type { LockId } from '../model/lock-id';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { TableKey } from '../model/table-key';

/** What may still be stored of a table under a lock that it isn't in any more. */
export interface FormerLock {
  /** The lock, if nobody was told yet that the table left it; null: there is nothing to tell. */
  readonly incarnation: Revision | null;
  /** The table's decision record; 0: none is stored. */
  readonly decisionRevision: Revision;
  /** Columns, as written, that the table had dropped. */
  readonly columns: readonly string[];
}

/** A table that has left its target, until what was stored of it is deleted. It may have come back meanwhile. */
export interface LeavingTable {
  /** Of a table that came back: its info, operation and report are of its past if they aren't newer. */
  readonly revision: Revision;
  readonly formerLocks: ReadonlyMap<LockId, FormerLock>;
}

/** The tables that have left their targets, and which locks may not go before what these left behind. */
export class LeavingTables {
  readonly #tables = new Map<TableKey, LeavingTable>();
  readonly #byLock = new Map<LockId, Set<TableKey>>();
  readonly #holding = new Map<LockId, Set<TableKey>>();

  /** What is left of `table`; undefined: nothing. */
  get(table: TableKey): LeavingTable | undefined {
    return this.#tables.get(table);
  }

  /** What is left of `table` under a lock that it was in. */
  formerLock(table: TableKey, lockId: LockId): FormerLock | undefined {
    return this.#tables.get(table)?.formerLocks.get(lockId);
  }

  /** `table` has left, or come back: what isn't newer than `revision` is of its past. */
  mark(table: TableKey, revision: Revision): void {
    this.#tables.set(table, { revision, formerLocks: this.#tables.get(table)?.formerLocks ?? new Map() });
  }

  /** This is now what is left of `table`, which must be marked, under `lockId`. */
  setFormerLock(table: TableKey, lockId: LockId, former: FormerLock): void {
    const known = this.#tables.get(table);
    if (known === undefined) return;
    this.#tables.set(table, { ...known, formerLocks: new Map(known.formerLocks).set(lockId, former) });
    const tables = this.#byLock.get(lockId) ?? new Set();
    this.#byLock.set(lockId, tables.add(table));
  }

  /**
   * The lock's records tell that the info and the operation of `table` are of its past, so they stay until these are gone:
   * a restart in between would take them for new.
   */
  hold(table: TableKey, lockId: LockId): void {
    const tables = this.#holding.get(lockId) ?? new Set();
    this.#holding.set(lockId, tables.add(table));
  }

  /** Info and operation of `table` are gone. The locks that waited for that, and wait for nothing more. */
  release(table: TableKey): LockId[] {
    const known = this.#tables.get(table);
    return [...(known?.formerLocks.keys() ?? [])].filter((lockId) => {
      const tables = this.#holding.get(lockId);
      if (tables?.delete(table) !== true || tables.size > 0) return false;
      return this.#holding.delete(lockId);
    });
  }

  /** Whether the records of a lock are needed still. */
  isHeld(lockId: LockId): boolean {
    return this.#holding.has(lockId);
  }

  /** Every table that has left, with what is left of it. */
  [Symbol.iterator](): IterableIterator<[TableKey, LeavingTable]> {
    return this.#tables.entries();
  }

  /** Tables of which something may be left under a lock. */
  leftBehind(lockId: LockId): TableKey[] {
    return [...(this.#byLock.get(lockId) ?? [])];
  }

  /** Nothing is left of `table`. */
  forget(table: TableKey): void {
    for (const lockId of this.#tables.get(table)?.formerLocks.keys() ?? []) {
      const tables = this.#byLock.get(lockId);
      tables?.delete(table);
      if (tables?.size === 0) this.#byLock.delete(lockId);
    }
    this.#tables.delete(table);
  }
}

/** Whether something of `former` is still to be told or deleted. */
export function isLeft(former: FormerLock, isMarked: (column: string) => boolean): boolean {
  return (
    former.incarnation !== null ||
    former.decisionRevision !== NO_REVISION ||
    former.columns.some((column) => !isMarked(column))
  );
}
