import { ColumnFlag } from '../../../src/core/table/column-type';
import { lowerName } from '../../../src/core/table/lower-name';
import type { Column, TableSchema } from '../../../src/core/table/table-schema';
import type { JsonValue, Row } from '../../plugin';
import { refuse } from './sql-error';
import { defaultOf, storeValue } from './stored-value';
import { UniqueKeys } from './unique-keys';

/** One change of a table's rows, which can be taken back. */
type Undo = () => void;

/**
 * A table with its rows. A row is an object from lower-case column names to stored values, with every column but the
 * generated ones; rows never change, they are replaced.
 */
export class MemoryTable {
  readonly #rows = new Set<Row>();
  readonly #keys: UniqueKeys;
  #nextId = 1;

  /** @throws SqlError 1062 if the rows don't fit the keys of the schema */
  constructor(
    readonly schema: TableSchema,
    rows: Iterable<Row> = [],
  ) {
    this.#keys = new UniqueKeys(schema);
    for (const row of rows) {
      this.#refuseDuplicates(row);
      this.#put(row);
    }
  }

  /** The rows, in the order of their coming. */
  get rows(): Iterable<Row> {
    return this.#rows;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The columns that rows have values of. */
  get columns(): readonly Column[] {
    return storedColumns(this.schema);
  }

  /** A row with stored values; missing columns get their defaults. @throws SqlError, as MySQL refuses rows */
  complete(given: Row, nowText: string): Row {
    const values = new Map(Object.entries(given).map(([name, value]) => [lowerName(name), value]));
    const row: Record<string, JsonValue> = {};
    for (const column of this.columns) {
      const name = lowerName(column.name);
      const value = values.get(name);
      values.delete(name);
      row[name] = this.#valueOf(column, value, nowText);
    }
    const generated = new Set(this.schema.columns.filter((column) => column.generated !== null).map(nameOf));
    for (const name of values.keys())
      if (!generated.has(name)) refuse('columnUnknown', `Unknown column '${name}' in '${this.schema.name}'`);
    return row;
  }

  /**
   * Add a complete row.
   * @param replace what has the same key goes, as with REPLACE
   * @throws SqlError 1062
   */
  insert(row: Row, replace: boolean): Undo {
    if (!replace) this.#refuseDuplicates(row);
    const replaced = this.#keys.conflictsOf(row).map((conflict) => conflict.row);
    for (const other of replaced) this.#take(other);
    this.#put(row);
    return () => {
      this.#take(row);
      for (const other of replaced) this.#put(other);
    };
  }

  /** Take out the row that has the keys of `image`, or, in a table without keys, one that equals it. Null: there is none. */
  remove(image: Row): Undo | null {
    const row = this.find(image);
    if (row === null) return null;
    this.#take(row);
    return () => this.#put(row);
  }

  /** The row that a complete row is an image of; null: there is none. */
  find(image: Row): Row | null {
    const found = this.#keys.find(image);
    if (found !== undefined) return found.row;
    const wanted = textOf(image);
    for (const row of this.#rows) if (textOf(row) === wanted) return row;
    return null;
  }

  /** Remove every row. */
  clear(): void {
    for (const row of [...this.#rows]) this.#take(row);
  }

  #valueOf(column: Column, value: JsonValue | undefined, nowText: string): JsonValue {
    const isCounted = (column.type.flags & ColumnFlag.autoIncrement) !== 0;
    if (isCounted && (value === undefined || value === null || value === 0)) {
      const id = this.#nextId;
      this.#nextId += 1;
      return id;
    }
    const stored = value === undefined ? defaultOf(column, nowText) : storeValue(column, value);
    if (isCounted && typeof stored === 'number') this.#nextId = Math.max(this.#nextId, stored + 1);
    return stored;
  }

  #refuseDuplicates(row: Row): void {
    const [conflict] = this.#keys.conflictsOf(row);
    if (conflict !== undefined)
      refuse('duplicateEntry', `Duplicate entry ${textOf(row)} for key '${this.schema.name}.${conflict.key}'`);
  }

  #put(row: Row): void {
    this.#rows.add(row);
    this.#keys.add(row);
  }

  #take(row: Row): void {
    this.#rows.delete(row);
    this.#keys.remove(row);
  }
}

/** The columns of a schema that rows have values of: neither generated nor hidden. */
export function storedColumns({ columns }: TableSchema): readonly Column[] {
  return columns.filter(({ generated, hidden }) => generated === null && !hidden);
}

/** A row as text, equal for equal rows: columns by their names. */
export function textOf(row: Row): string {
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function nameOf({ name }: Column): string {
  return lowerName(name);
}
