import { COLUMN_ITEMS, relateColumns } from './column-order';
import { indexText, relateIndexes } from './index-order';
import { visitByName } from './merge-by-name';
import { mayBeMissing } from './missing-column';
import type { Incompatible, Ordering } from './ordering';
import { EQUAL, GREATER, INCOMPARABLE, LESS, combine, orderingOf } from './relation';
import type { Relation } from './relation';
import type { Shape, ShapeColumn, ShapeIndex } from './shape';
import { TABLE_ITEMS, tableItemText } from './table-order';

/**
 * How two schemas stand to each other: `less` when every row change that `a` accepts `b` accepts too, with the same
 * effect. A partial order over shapes of one `Shapes`: `equal` if and only if they are the same object.
 */
export function compare(a: Shape, b: Shape): Ordering {
  return orderingOf(relateShapes(a, b));
}

function relateShapes(a: Shape, b: Shape): Relation {
  if (a === b) return EQUAL;
  let relation: Relation = EQUAL;
  if (a.table !== b.table) {
    for (const item of TABLE_ITEMS) relation = combine(relation, item.relate(a.table, b.table));
  }
  visitByName(a.columns, b.columns, (left, right) => {
    if (left !== right && relation !== INCOMPARABLE) relation = combine(relation, relateColumnOrNone(left, right));
  });
  visitByName(a.indexes, b.indexes, (left, right) => {
    if (left !== right && relation !== INCOMPARABLE) relation = combine(relation, relateIndexOrNone(left, right));
  });
  return relation;
}

/** A column that rows need no value for makes its table larger; another one cannot be missing. */
function relateColumnOrNone(a: ShapeColumn | null, b: ShapeColumn | null): Relation {
  if (a !== null && b !== null) return relateColumns(a, b);
  if (a !== null) return mayBeMissing(a) ? GREATER : INCOMPARABLE;
  return b === null ? EQUAL : mayBeMissing(b) ? LESS : INCOMPARABLE;
}

/** An index only restricts, so it makes its table smaller. */
function relateIndexOrNone(a: ShapeIndex | null, b: ShapeIndex | null): Relation {
  if (a !== null && b !== null) return relateIndexes(a, b);
  if (a !== null) return LESS;
  return b === null ? EQUAL : GREATER;
}

/** One place where two schemas differ. */
interface Finding {
  readonly path: string;
  readonly relation: Relation;
  /** What they have there, for people. */
  readonly text: string;
}

/**
 * Why `compare(a, b)` is `incomparable`: the first place of incomparable values, else the places where one and where the
 * other is wider. Of comparable shapes it says that nothing contradicts.
 */
export function explainIncomparable(a: Shape, b: Shape): Incompatible {
  const findings = [...findDifferences(a, b)];
  const contradiction = findings.find((finding) => finding.relation === INCOMPARABLE);
  if (contradiction !== undefined) {
    return { kind: 'incompatible', path: contradiction.path, reason: contradiction.text };
  }
  const wider = findings.find((finding) => finding.relation === GREATER);
  const narrower = findings.find((finding) => finding.relation === LESS);
  if (wider === undefined || narrower === undefined) {
    return { kind: 'incompatible', path: '', reason: 'the schemas do not contradict each other' };
  }
  const reason = `the first schema is wider here (${wider.text}), but narrower in ${narrower.path} (${narrower.text})`;
  return { kind: 'incompatible', path: wider.path, reason };
}

function* findDifferences(a: Shape, b: Shape): Generator<Finding> {
  const texts = (path: string, relation: Relation, left: string, right: string): Finding => ({
    path,
    relation,
    text: `${left} against ${right}`,
  });
  for (const item of TABLE_ITEMS) {
    const relation = item.relate(a.table, b.table);
    if (relation === EQUAL) continue;
    yield texts(item.name, relation, tableItemText(a.table, item.name), tableItemText(b.table, item.name));
  }
  for (const [left, right] of pairsByName(a.columns, b.columns)) yield* findColumnDifferences(left, right);
  for (const [left, right] of pairsByName(a.indexes, b.indexes)) {
    const relation = relateIndexOrNone(left, right);
    const text = (index: ShapeIndex | null): string => (index === null ? 'no index' : indexText(index));
    const name = left?.name ?? right?.name ?? '';
    if (relation !== EQUAL) yield texts(`indexes.${name}`, relation, text(left), text(right));
  }
}

function* findColumnDifferences(a: ShapeColumn | null, b: ShapeColumn | null): Generator<Finding> {
  const path = `columns.${a?.name ?? b?.name ?? ''}`;
  if (a === null || b === null) {
    const relation = relateColumnOrNone(a, b);
    const text = relation === INCOMPARABLE ? 'a column with no default value cannot be missing' : 'column missing';
    yield { path, relation, text };
    return;
  }
  for (const item of COLUMN_ITEMS) {
    const relation = item.relate(a, b);
    const text = `${item.describe(a)} against ${item.describe(b)}`;
    if (relation !== EQUAL) yield { path: `${path}.${item.name}`, relation, text };
  }
}

function pairsByName<T extends { readonly name: string }>(a: readonly T[], b: readonly T[]): [T | null, T | null][] {
  const pairs: [T | null, T | null][] = [];
  visitByName(a, b, (left, right) => {
    if (left !== right) pairs.push([left, right]);
  });
  return pairs;
}
