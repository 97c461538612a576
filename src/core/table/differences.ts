import { COLUMN_ITEMS, defaultText } from './column-order';
import { indexText } from './index-order';
import { visitByName } from './merge-by-name';
import { EQUAL } from './relation';
import type { IndexItems, Shape, ShapeColumn } from './shape';
import { Shapes } from './shapes';
import { TABLE_ITEMS, tableItemText } from './table-order';
import type { TableSchema } from './table-schema';
import { typeText } from './type-text';

/** One thing in which two schemas differ, in words for people. */
export interface SchemaDifference {
  readonly kind: 'table' | 'column' | 'index';
  /** The column's or index's name in lower case; empty for the table itself. */
  readonly name: string;
  /** What differs of it, for example `type`, `nullable`; `definition`: only one schema has it, or all of an index. */
  readonly property: string;
  /** Null: the first schema lacks the column or index. */
  readonly from: string | null;
  /** Null: the second schema lacks the column or index. */
  readonly to: string | null;
}

/** The items that a type with its width shows together. */
const TYPE_ITEMS: ReadonlySet<string> = new Set(['type', 'length', 'decimals', 'members']);

/**
 * In what two schemas differ, by what is compared: the table's options, then its columns and its indexes by name. Law:
 * empty if and only if the schemas compare as equal. Comments, order and the like are not compared and not listed.
 */
export function differences(from: TableSchema | Shape, to: TableSchema | Shape): readonly SchemaDifference[] {
  const [a, b] = [shapeOf(from), shapeOf(to)];
  const found: SchemaDifference[] = [];
  for (const item of TABLE_ITEMS) {
    if (item.relate(a.table, b.table) === EQUAL) continue;
    const [before, after] = [tableItemText(a.table, item.name), tableItemText(b.table, item.name)];
    found.push({ kind: 'table', name: '', property: item.name, from: before, to: after });
  }
  visitByName(a.columns, b.columns, (left, right) => void found.push(...columnDifferences(left, right)));
  visitByName(a.indexes, b.indexes, (left, right) => void found.push(...indexDifferences(left, right)));
  return found;
}

/** Interned or not, shapes are compared by value here. */
function shapeOf(schema: TableSchema | Shape): Shape {
  return 'interner' in schema ? schema : new Shapes().intern(schema);
}

function columnDifferences(a: ShapeColumn | null, b: ShapeColumn | null): SchemaDifference[] {
  const name = a?.name ?? b?.name ?? '';
  if (a === null || b === null) {
    return [{ kind: 'column', name, property: 'definition', from: definitionText(a), to: definitionText(b) }];
  }
  const changed = COLUMN_ITEMS.filter((item) => item.relate(a, b) !== EQUAL);
  const found: SchemaDifference[] = [];
  const [before, after] = [typeText(a), typeText(b)];
  // Where the text of the type doesn't show what differs of it, that stands for itself.
  const showsType = before !== after;
  if (showsType && changed.some((item) => TYPE_ITEMS.has(item.name))) {
    found.push({ kind: 'column', name, property: 'type', from: before, to: after });
  }
  for (const item of changed) {
    if (showsType && TYPE_ITEMS.has(item.name)) continue;
    found.push({ kind: 'column', name, property: item.name, from: item.describe(a), to: item.describe(b) });
  }
  return found;
}

function definitionText(column: ShapeColumn | null): string | null {
  if (column === null) return null;
  const value = defaultText(column);
  const nullable = column.nullable ? 'NULL' : 'NOT NULL';
  return `${typeText(column)} ${nullable}${value === null ? '' : ` DEFAULT ${value}`}`;
}

function indexDifferences(a: IndexItems | null, b: IndexItems | null): SchemaDifference[] {
  const from = a === null ? null : indexText(a);
  const to = b === null ? null : indexText(b);
  if (from === to) return [];
  return [{ kind: 'index', name: a?.name ?? b?.name ?? '', property: 'definition', from, to }];
}
