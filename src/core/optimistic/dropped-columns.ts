import type { TableKey } from '../model/table-key';

/**
 * How far one table's drop of a column has come (3-optimistic.md): 0 not done, 1 the table has finished its operation,
 * 2 the drop itself was executed downstream.
 */
export type DropStage = 0 | 1 | 2;

/** One table's mark on a column; `column` as its DDL wrote it. */
export interface DropMark {
  readonly column: string;
  readonly stage: DropStage;
}

/** All marks on one column, with counts so that no question costs a walk over the tables. */
interface Column {
  readonly marks: Map<TableKey, DropMark>;
  notDone: number;
  executed: number;
}

/** The partially dropped columns of one lock. Names are compared without case (deviation 6). */
export class DroppedColumns {
  readonly #columns = new Map<string, Column>();

  /** Whether `table` has dropped `column` and the drop isn't complete in all shards. */
  has(table: TableKey, column: string): boolean {
    return this.#columns.get(column.toLowerCase())?.marks.has(table) ?? false;
  }

  /** Whether any table has a mark on `column`. */
  hasColumn(column: string): boolean {
    return this.#columns.has(column.toLowerCase());
  }

  /** The mark of `table` on `column`; null: none. */
  markOf(table: TableKey, column: string): DropMark | null {
    return this.#columns.get(column.toLowerCase())?.marks.get(table) ?? null;
  }

  /** The marks of `table`. */
  marksOf(table: TableKey): DropMark[] {
    return [...this.#columns.values()].flatMap(({ marks }) => marks.get(table) ?? []);
  }

  /** Raise the mark of `table` on `column` to `stage`; a stage never goes back. */
  raise(table: TableKey, column: string, stage: DropStage): void {
    const name = column.toLowerCase();
    const entry = this.#columns.get(name) ?? { marks: new Map<TableKey, DropMark>(), notDone: 0, executed: 0 };
    this.#columns.set(name, entry);
    const old = entry.marks.get(table);
    if (old !== undefined && old.stage >= stage) return;
    if (old !== undefined) count(entry, old.stage, -1);
    count(entry, stage, 1);
    entry.marks.set(table, { column: old?.column ?? column, stage });
  }

  /** Whether `column` can be forgotten: every table that dropped it is past stage 0 and at least one is at 2. */
  isComplete(column: string): boolean {
    const entry = this.#columns.get(column.toLowerCase());
    return entry !== undefined && entry.notDone === 0 && entry.executed > 0;
  }

  /** Forget `column`; the marks that it had. */
  forget(column: string): [TableKey, DropMark][] {
    const entry = this.#columns.get(column.toLowerCase());
    this.#columns.delete(column.toLowerCase());
    return [...(entry?.marks ?? [])];
  }

  /** Forget every mark of `table`; the marks that it had. */
  removeTable(table: TableKey): DropMark[] {
    const removed: DropMark[] = [];
    for (const [name, entry] of this.#columns) {
      const mark = entry.marks.get(table);
      if (mark === undefined) continue;
      entry.marks.delete(table);
      count(entry, mark.stage, -1);
      removed.push(mark);
      if (entry.marks.size === 0) this.#columns.delete(name);
    }
    return removed;
  }

  /** Every mark, by column and table. */
  *[Symbol.iterator](): IterableIterator<[TableKey, DropMark]> {
    for (const entry of this.#columns.values()) yield* entry.marks;
  }
}

function count(entry: Column, stage: DropStage, by: 1 | -1): void {
  if (stage === 0) entry.notDone += by;
  if (stage === 2) entry.executed += by;
}
