import { columnsReadBy } from '../../table/stored-expression';
import type { Column, Index, TableSchema } from '../../table/table-schema';
import type { ColumnPosition } from '../ast';
import { lowerName } from '../../table/lower-name';
import { NamedList } from './named-list';
import type { Lookup } from './named-list';
import { notApplicable } from './refusal';

/** The most that TiDB can be configured to take; MySQL and MariaDB take fewer. */
const MAX_INDEXES = 512;

/** All of a schema but its columns and indexes. */
export type TableFacts = Omit<TableSchema, 'columns' | 'indexes'>;

/**
 * A schema while one statement works on it: one copy a statement, however many changes it has. A statement that is
 * refused leaves its draft behind; nobody sees it.
 */
export class TableDraft {
  readonly #start: TableSchema;
  readonly #columns: NamedList<Column>;
  readonly #indexes: NamedList<Index>;
  #facts: TableFacts;
  #isChanged = false;
  /** The first column that reads each column, by lower-case name; null: to be found anew. */
  #readers: ReadonlyMap<string, Column> | null = null;

  constructor(start: TableSchema) {
    this.#start = start;
    this.#facts = start;
    this.#columns = new NamedList(start.columns);
    this.#indexes = new NamedList(start.indexes);
  }

  get columns(): Lookup<Column> & { readonly items: readonly Column[] } {
    return this.#columns;
  }

  get indexes(): Lookup<Index> & { readonly items: readonly Index[] } {
    return this.#indexes;
  }

  get facts(): TableFacts {
    return this.#facts;
  }

  /** The schema that the statement makes; the same object if it changed nothing. */
  finish(): TableSchema {
    if (!this.#isChanged) return this.#start;
    return { ...this.#facts, columns: this.#columns.items, indexes: this.#indexes.items };
  }

  change(facts: Partial<TableFacts>): void {
    this.#isChanged = true;
    this.#facts = { ...this.#facts, ...facts };
  }

  /** The column of this name. @throws LockstepError DDL_NOT_APPLICABLE if there is none that a statement can see */
  requireColumn(name: string): Column {
    const column = this.#columns.find(name);
    if (column === undefined || column.hidden) throw notApplicable(`the table has no column ${name}`, { column: name });
    return column;
  }

  /**
   * Put a column FIRST or AFTER another; null puts it last.
   * @throws LockstepError DDL_NOT_APPLICABLE if the other isn't there
   */
  insertColumn(column: Column, position: ColumnPosition | null): void {
    this.#touchColumn(column);
    if (position === null) this.#columns.insert(column);
    else this.#columns.insert(column, position.kind === 'first' ? 0 : this.#placeAfter(column, position.column));
  }

  #placeAfter(column: Column, name: string): number {
    const other = this.#columns.find(name);
    if (other === undefined || other.hidden) {
      throw notApplicable(`column ${column.name} cannot stand after ${name}, which the table doesn't have`, {
        column: name,
      });
    }
    return this.#columns.items.indexOf(other) + 1;
  }

  replaceColumn(old: Column, column: Column): void {
    this.#touchColumn(old);
    this.#touchColumn(column);
    this.#columns.replace(old, column);
  }

  removeColumn(column: Column): void {
    this.#touchColumn(column);
    this.#columns.remove(column);
  }

  #touchColumn(column: Column): void {
    this.#isChanged = true;
    if (column.generated !== null) this.#readers = null;
  }

  /** The first generated column, or hidden one of an index, whose expression reads the column of this name; null: none. */
  readerOf(name: string): Column | null {
    this.#readers ??= this.#findReaders();
    return this.#readers.get(lowerName(name)) ?? null;
  }

  #findReaders(): ReadonlyMap<string, Column> {
    const readers = new Map<string, Column>();
    for (const column of this.#columns.items) {
      if (column.generated === null) continue;
      for (const name of columnsReadBy(column.generated.expression)) {
        if (!readers.has(name)) readers.set(name, column);
      }
    }
    return readers;
  }

  /** @throws LockstepError DDL_NOT_APPLICABLE if there are too many */
  addIndex(index: Index): void {
    const count = this.#indexes.items.length + 1;
    if (count > MAX_INDEXES)
      throw notApplicable(`the table would have ${count} indexes; at most ${MAX_INDEXES} are allowed`, {
        index: index.name,
      });
    this.#isChanged = true;
    this.#indexes.insert(index);
  }

  replaceIndex(old: Index, index: Index): void {
    this.#isChanged = true;
    this.#indexes.replace(old, index);
  }

  removeIndex(index: Index): void {
    this.#isChanged = true;
    this.#indexes.remove(index);
  }
}
