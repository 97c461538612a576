import { COLUMN_ITEMS } from '../table/column-order';
import { columnDefinition, indexDefinition } from '../table/create-table';
import { compare, explainIncomparable } from '../table/compare';
import { join } from '../table/join';
import type { Incompatible } from '../table/ordering';
import { isShape } from '../table/shape';
import type { Shape } from '../table/shape';
import { TABLE_ITEMS, tableItemText } from '../table/table-order';

/** What a column's path may end with. */
const ITEMS: ReadonlySet<string> = new Set([...COLUMN_ITEMS.map(({ name }) => name), 'key']);

/** Where two schemas contradict each other. */
export interface Contradiction {
  readonly place: Incompatible;
  readonly here: Shape;
  readonly there: Shape;
}

/**
 * Where the first of `wanted` contradicts one of `others`: they don't join or, if all do, neither accepts what the other
 * does. Null: nowhere.
 */
export function findContradiction(wanted: readonly Shape[], others: Iterable<Shape>): Contradiction | null {
  const shapes = [...others];
  for (const here of wanted) {
    for (const there of shapes) {
      const joined = join([here, there]);
      if (!isShape(joined)) return { place: joined, here, there };
    }
  }
  for (const here of wanted) {
    const there = shapes.find((shape) => compare(here, shape) === 'incomparable');
    if (there !== undefined) return { place: explainIncomparable(here, there), here, there };
  }
  return null;
}

/** What stands at a path in words, for example ``column `c1` ``. */
export function placeText(path: string): string {
  const { kind, name } = partsOf(path);
  return kind === 'table' ? `the table's ${name || 'definition'}` : `${kind} \`${name}\``;
}

/** What a schema has at a path, as `CREATE TABLE` writes it; null: it lacks the column or index. */
export function definitionAt(shape: Shape, path: string): string | null {
  const { kind, name } = partsOf(path);
  if (kind === 'column') return columnDefinition(shape, name);
  if (kind === 'index') return indexDefinition(shape, name);
  const item = TABLE_ITEMS.find((each) => each.name === name);
  return item === undefined ? null : `${item.name} ${tableItemText(shape.table, item.name)}`;
}

/** A column's path may end with the item that differs. */
function partsOf(path: string): { readonly kind: 'column' | 'index' | 'table'; readonly name: string } {
  if (path.startsWith('indexes.')) return { kind: 'index', name: path.slice('indexes.'.length) };
  if (!path.startsWith('columns.')) return { kind: 'table', name: path };
  const rest = path.slice('columns.'.length);
  const last = rest.lastIndexOf('.');
  return { kind: 'column', name: last > 0 && ITEMS.has(rest.slice(last + 1)) ? rest.slice(0, last) : rest };
}
