import { lowerName } from '../../../src/core/table/lower-name';
import type { Index, TableSchema } from '../../../src/core/table/table-schema';
import type { Row } from '../../plugin';

/** Rows by the values of one primary or unique key. Rows with a null in it are in none: they equal nobody. */
interface KeyRows {
  readonly index: Index;
  readonly columns: readonly { readonly name: string; readonly length: number }[];
  readonly rows: Map<string, Row>;
}

/** The primary and unique keys of a table, the primary first. */
export class UniqueKeys {
  readonly #keys: readonly KeyRows[];

  constructor({ indexes }: TableSchema) {
    const unique = indexes.filter(({ primary, unique: isUnique }) => primary || isUnique);
    unique.sort((a, b) => Number(b.primary) - Number(a.primary));
    this.#keys = unique.map((index) => ({
      index,
      columns: index.parts.map(({ column, length }) => ({ name: lowerName(column), length })),
      rows: new Map(),
    }));
  }

  /** Rows that have the same value in some key as `row`, each once, with the name of the first such key. */
  conflictsOf(row: Row): { readonly row: Row; readonly key: string }[] {
    const found = new Map<Row, string>();
    for (const key of this.#keys) {
      const value = valueOf(key, row);
      const other = value === null ? undefined : key.rows.get(value);
      if (other !== undefined && !found.has(other)) found.set(other, key.index.name);
    }
    return [...found].map(([conflict, key]) => ({ row: conflict, key }));
  }

  /** The row that a key says is the same as `row`; undefined if no key can tell. */
  find(row: Row): { readonly row: Row | null } | undefined {
    for (const key of this.#keys) {
      const value = valueOf(key, row);
      if (value !== null) return { row: key.rows.get(value) ?? null };
    }
    return undefined;
  }

  add(row: Row): void {
    for (const key of this.#keys) {
      const value = valueOf(key, row);
      if (value !== null) key.rows.set(value, row);
    }
  }

  remove(row: Row): void {
    for (const key of this.#keys) {
      const value = valueOf(key, row);
      if (value !== null && key.rows.get(value) === row) key.rows.delete(value);
    }
  }
}

/** Null: some part is null. Texts are equal letter by letter, whatever their collation. */
function valueOf({ columns }: KeyRows, row: Row): string | null {
  const parts = columns.map(({ name, length }) => {
    const value = row[name] ?? null;
    return length >= 0 && typeof value === 'string' ? value.slice(0, length) : value;
  });
  return parts.includes(null) ? null : JSON.stringify(parts);
}
