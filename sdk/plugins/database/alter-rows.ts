import type { AlterSpec } from '../../../src/core/ddl/ast';
import { ColumnFlag } from '../../../src/core/table/column-type';
import { lowerName } from '../../../src/core/table/lower-name';
import type { Column, TableSchema } from '../../../src/core/table/table-schema';
import type { JsonValue, Row } from '../../plugin';
import { MemoryTable, storedColumns } from './memory-table';
import { refuse } from './sql-error';
import { storeValue, valueOfAdded } from './stored-value';

/**
 * The table after one change: rows keep the values of columns that stay, under their new names and in their new types;
 * added columns get their defaults.
 * @throws SqlError for values that don't fit: 1062 duplicates of a new key, 1138 nulls, 1264, 1265, 1406, …
 */
export function alterRows(table: MemoryTable, after: TableSchema, spec: AlterSpec, nowText: string): MemoryTable {
  const former = formerNames(spec);
  const known = new Map(storedColumns(table.schema).map((column) => [lowerName(column.name), column]));
  const columns = storedColumns(after).map((column) => {
    const name = lowerName(column.name);
    const old = former.get(name) ?? name;
    return { column, name, old: known.has(old) ? old : null };
  });
  return new MemoryTable(after, convertRows(table.rows, columns, nowText));
}

interface ConvertedColumn {
  readonly column: Column;
  readonly name: string;
  /** The name of before; null: it is new. */
  readonly old: string | null;
}

function* convertRows(
  rows: Iterable<Row>,
  columns: readonly ConvertedColumn[],
  nowText: string,
): Generator<Row, void, undefined> {
  let id = 0;
  for (const row of rows) {
    id += 1;
    const converted: Record<string, JsonValue> = {};
    for (const { column, name, old } of columns) {
      if (old !== null) converted[name] = convert(column, row[old] ?? null);
      else converted[name] = isCounted(column) ? id : valueOfAdded(column, nowText);
    }
    yield converted;
  }
}

/** MySQL names nulls where a column or key wants none by another number than a row that brings one. */
function convert(column: Column, value: JsonValue): JsonValue {
  if (value === null && (column.type.flags & ColumnFlag.notNull) !== 0)
    refuse('nullInKey', `Invalid use of NULL value in column '${column.name}'`);
  return storeValue(column, value);
}

function isCounted({ type }: Column): boolean {
  return (type.flags & ColumnFlag.autoIncrement) !== 0;
}

/** The new name of a column → its name of before. */
function formerNames(spec: AlterSpec): ReadonlyMap<string, string> {
  switch (spec.kind) {
    case 'rename-column':
      return new Map([[lowerName(spec.to), lowerName(spec.from)]]);
    case 'change-column':
      return new Map([[lowerName(spec.column.name), lowerName(spec.oldName)]]);
    default:
      return new Map();
  }
}
