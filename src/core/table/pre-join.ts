import { joinIndexes } from './index-order';
import { JoinedColumn } from './joined-column';
import { keyRolesOf } from './key-role';
import { mergeByName } from './merge-by-name';
import type { Incompatible } from './ordering';
import type { IndexItems, Shape, ShapeColumn, ShapeIndex, ShapeInterner, TableItems } from './shape';
import { equalTableItems, findTableConflict, joinTableItems, tableItemText } from './table-order';

/** The indexes that all tables of a set have, and the key roles that they imply. */
class CommonIndexes {
  private roles: ReadonlyMap<string, number> | null = null;

  constructor(readonly list: readonly ShapeIndex[]) {}

  roleOf(column: string): number {
    this.roles ??= keyRolesOf(this.list);
    return this.roles.get(column) ?? 0;
  }
}

/**
 * A set of shapes, joined as far as can be done part by part: an element of a semilattice (idempotent, commutative,
 * associative; only which of several conflicts is named depends on the grouping). `finishJoin` makes the join of the set
 * from it. Parts that agree are shared with what they were made from.
 */
export interface PreJoin {
  readonly table: TableItems;
  /** Not null: the items of the tables have no join. */
  readonly conflict: Incompatible | null;
  /** The columns that some table has, by name. */
  readonly columns: readonly JoinedColumn[];
  /** The indexes that all tables have, compatibly, by name. */
  readonly indexes: CommonIndexes;
}

const ofShape = new WeakMap<Shape, PreJoin>();
const ofIndexes = new WeakMap<readonly ShapeIndex[], CommonIndexes>();
const ofColumn = new WeakMap<ShapeColumn, JoinedColumn>();

/** The set of one shape. */
export function preJoinOf(shape: Shape): PreJoin {
  const known = ofShape.get(shape);
  if (known !== undefined) return known;
  const indexes = commonIndexesOf(shape.indexes);
  const columns = shape.columns.map((column) => joinedColumnOf(column, indexes.roleOf(column.name)));
  const preJoin = { table: shape.table, conflict: null, columns, indexes };
  ofShape.set(shape, preJoin);
  return preJoin;
}

function commonIndexesOf(list: readonly ShapeIndex[]): CommonIndexes {
  const known = ofIndexes.get(list);
  if (known !== undefined) return known;
  const indexes = new CommonIndexes(list);
  ofIndexes.set(list, indexes);
  return indexes;
}

function joinedColumnOf(column: ShapeColumn, impliedRole: number): JoinedColumn {
  if (column.keyRole !== impliedRole) return JoinedColumn.of(column, impliedRole);
  const known = ofColumn.get(column);
  if (known !== undefined) return known;
  const joined = JoinedColumn.of(column, impliedRole);
  ofColumn.set(column, joined);
  return joined;
}

/** The union of two sets. */
export function unite(a: PreJoin, b: PreJoin, shapes: ShapeInterner): PreJoin {
  const sameTable = a.table === b.table || equalTableItems(a.table, b.table);
  const conflict = a.conflict ?? b.conflict ?? (sameTable ? null : conflictOf(a.table, b.table));
  return {
    table: sameTable || conflict !== null ? a.table : joinTableItems(a.table, b.table),
    conflict,
    columns: mergeByName(a.columns, b.columns, joinBoth, takeOne),
    indexes: uniteIndexes(a.indexes, b.indexes, shapes),
  };
}

const joinBoth = (a: JoinedColumn, b: JoinedColumn): JoinedColumn => a.join(b);
const takeOne = (column: JoinedColumn): JoinedColumn => column.missingSomewhere();

function conflictOf(a: TableItems, b: TableItems): Incompatible | null {
  const item = findTableConflict(a, b);
  if (item === null) return null;
  const reason = `${tableItemText(a, item)} and ${tableItemText(b, item)} cannot be joined`;
  return { kind: 'incompatible', path: item, reason };
}

function uniteIndexes(a: CommonIndexes, b: CommonIndexes, shapes: ShapeInterner): CommonIndexes {
  if (a === b) return a;
  const intern = (items: IndexItems): ShapeIndex => shapes.internIndex(items);
  const list = mergeByName(a.list, b.list, (left, right) => joinIndexes(left, right, intern), leaveOut);
  if (list === a.list) return a;
  return list === b.list ? b : new CommonIndexes(list);
}

const leaveOut = (): null => null;

/** The join of a set of at least two shapes: the rules that need the whole set, and the result interned. */
export function finishJoin(set: PreJoin, shapes: ShapeInterner): Shape | Incompatible {
  if (set.conflict !== null) return set.conflict;
  const columns: ShapeColumn[] = [];
  for (const column of set.columns) {
    const finished = column.finish(set.indexes.roleOf(column.name), shapes);
    if ('reason' in finished) {
      return { kind: 'incompatible', path: `columns.${column.name}.${finished.item}`, reason: finished.reason };
    }
    columns.push(finished);
  }
  return shapes.internParts(set.table, columns, set.indexes.list);
}
