import { joinCollations, relateCollations } from './collation';
import { ColumnFlag, TypeCode } from './column-type';
import { KEY_FLAGS, keyRoleText, relateKeyRoles } from './key-role';
import { EQUAL, GREATER, INCOMPARABLE, LESS, combine, relateAbove, relateLists, relateNumbers } from './relation';
import { relateSame } from './relation';
import type { Relation } from './relation';
import type { ColumnItems } from './shape';
import { attributesText, typeName } from './type-text';

/** Of integers and of blobs, each later type holds all values of the earlier ones. */
const WIDENING: ReadonlyMap<number, readonly [family: number, width: number]> = new Map([
  [TypeCode.tinyint, [0, 0]],
  [TypeCode.smallint, [0, 1]],
  [TypeCode.mediumint, [0, 2]],
  [TypeCode.int, [0, 3]],
  [TypeCode.bigint, [0, 4]],
  [TypeCode.tinyblob, [1, 0]],
  [TypeCode.blob, [1, 1]],
  [TypeCode.mediumblob, [1, 2]],
  [TypeCode.longblob, [1, 3]],
]);

function relateTypes(a: number, b: number): Relation {
  if (a === b) return EQUAL;
  const left = WIDENING.get(a);
  const right = WIDENING.get(b);
  if (left === undefined || right === undefined || left[0] !== right[0]) return INCOMPARABLE;
  return relateNumbers(left[1], right[1]);
}

/** Precision and scale of a DECIMAL must be equal; other lengths are ordered. */
function relateLengths(a: ColumnItems, b: ColumnItems, item: 'length' | 'decimals'): Relation {
  return a.code === TypeCode.decimal ? relateSame(a[item], b[item]) : relateNumbers(a[item], b[item]);
}

function relateDefaults(a: ColumnItems, b: ColumnItems): Relation {
  const relation = relateAbove(null, a.defaultValue, b.defaultValue);
  return relation === EQUAL && a.defaultIsExpression !== b.defaultIsExpression ? INCOMPARABLE : relation;
}

/** The default of a column for people; null: none is recorded. */
export function defaultText({ defaultValue, defaultIsExpression }: ColumnItems): string | null {
  if (defaultValue === null) return null;
  return defaultIsExpression ? `(${defaultValue})` : JSON.stringify(defaultValue);
}

function relateNullable(a: boolean, b: boolean): Relation {
  if (a === b) return EQUAL;
  return a ? GREATER : LESS;
}

/** One item of the tuple that a column is. */
interface ColumnItem {
  /** As paths name it: `columns.c1.<name>`. */
  readonly name: string;
  relate(a: ColumnItems, b: ColumnItems): Relation;
  /** The item's value, for people. */
  describe(column: ColumnItems): string;
}

const TYPE_ITEMS: readonly ColumnItem[] = [
  { name: 'type', relate: (a, b) => relateTypes(a.code, b.code), describe: (c) => typeName(c.code, c.collation) },
  { name: 'length', relate: (a, b) => relateLengths(a, b, 'length'), describe: (c) => String(c.length) },
  { name: 'decimals', relate: (a, b) => relateLengths(a, b, 'decimals'), describe: (c) => String(c.decimals) },
  {
    name: 'attributes',
    relate: (a, b) => relateSame(a.attributes, b.attributes),
    describe: (c) => attributesText(c.attributes),
  },
  { name: 'collation', relate: (a, b) => relateCollations(a.collation, b.collation), describe: (c) => c.collation },
  {
    name: 'members',
    relate: (a, b) => relateLists(a.members, b.members),
    describe: (c) => `(${(c.members ?? []).map((member) => JSON.stringify(member)).join(', ')})`,
  },
];

const VALUE_ITEMS: readonly ColumnItem[] = [
  {
    name: 'default',
    relate: relateDefaults,
    describe: (c) => defaultText(c) ?? 'none',
  },
  {
    name: 'generated',
    relate: (a, b) => relateSame(a.expression, b.expression),
    describe: (c) => c.expression ?? 'not generated',
  },
  {
    name: 'stored',
    relate: (a, b) => relateSame(a.stored, b.stored),
    describe: (c) => (c.stored ? 'stored' : 'not stored'),
  },
  {
    name: 'nullable',
    relate: (a, b) => relateNullable(a.nullable, b.nullable),
    describe: (c) => (c.nullable ? 'NULL' : 'NOT NULL'),
  },
  {
    name: 'defaultRule',
    relate: (a, b) => relateAbove(ColumnFlag.noDefaultValue, a.defaultMarks, b.defaultMarks),
    describe: (c) => defaultRuleText(c.defaultMarks),
  },
];

/** The key role is compared; joins compute it anew. */
const KEY_ITEM: ColumnItem = {
  name: 'key',
  relate: (a, b) => relateKeyRoles(a.keyRole, b.keyRole),
  describe: (c) => keyRoleText(c.keyRole),
};

/** The items that joins go through, those first that say most to people. */
const JOINED_ITEMS: readonly ColumnItem[] = [...TYPE_ITEMS, ...VALUE_ITEMS];

/** All items of a column, in the order of explanations. */
export const COLUMN_ITEMS: readonly ColumnItem[] = [...JOINED_ITEMS, KEY_ITEM];

function defaultRuleText(marks: number): string {
  if ((marks & ColumnFlag.autoIncrement) !== 0) return 'AUTO_INCREMENT';
  return (marks & ColumnFlag.noDefaultValue) === 0 ? 'may be left out' : 'must be given';
}

/** How two columns stand to each other. */
export function relateColumns(a: ColumnItems, b: ColumnItems): Relation {
  if (a === b) return EQUAL;
  let relation: Relation = EQUAL;
  for (const item of COLUMN_ITEMS) {
    relation = combine(relation, item.relate(a, b));
    if (relation === INCOMPARABLE) return relation;
  }
  return relation;
}

/** Where and why two columns have no join. */
export interface ColumnConflict {
  readonly item: string;
  readonly reason: string;
}

/** The join of two columns of one name, whose key roles are left to the caller; or why there is none. */
export type ColumnJoin = { readonly kind: 'column'; readonly column: ColumnItems } | ColumnConflictResult;
interface ColumnConflictResult {
  readonly kind: 'conflict';
  readonly conflict: ColumnConflict;
}

/**
 * Join two columns of one name, item by item. The column itself is the join where it is ≥ the other (key roles aside), so
 * that equal results stay the same object. The key role of the result means nothing: it follows from the joined indexes.
 */
export function joinColumns(a: ColumnItems, b: ColumnItems): ColumnJoin {
  let relation: Relation = EQUAL;
  let contradicting = false;
  for (const item of JOINED_ITEMS) {
    const related = item.relate(a, b);
    if (related === INCOMPARABLE && !(item.name === 'collation' && joinCollations(a.collation, b.collation) !== null)) {
      const reason = `${item.describe(a)} and ${item.describe(b)} cannot be joined`;
      return { kind: 'conflict', conflict: { item: item.name, reason } };
    }
    relation = combine(relation, related);
    contradicting ||= relation === INCOMPARABLE;
  }
  if (contradicting) return { kind: 'column', column: mixColumns(a, b) };
  return { kind: 'column', column: relation === LESS ? b : a };
}

/** The join of two columns of which neither is ≥ the other but every item has a join. */
function mixColumns(a: ColumnItems, b: ColumnItems): ColumnItems {
  return {
    name: a.name,
    defaultValue: a.defaultValue ?? b.defaultValue,
    defaultIsExpression: (a.defaultValue === null ? b : a).defaultIsExpression,
    expression: a.expression,
    stored: a.stored,
    code: relateTypes(a.code, b.code) === LESS ? b.code : a.code,
    length: Math.max(a.length, b.length),
    decimals: Math.max(a.decimals, b.decimals),
    attributes: a.attributes,
    nullable: a.nullable || b.nullable,
    keyRole: a.keyRole,
    defaultMarks: a.defaultMarks === ColumnFlag.noDefaultValue ? b.defaultMarks : a.defaultMarks,
    collation: joinCollations(a.collation, b.collation) ?? a.collation,
    members: relateLists(a.members, b.members) === LESS ? b.members : a.members,
  };
}

/** All flags of a column, as the protocol has them. */
export function flagsOf(column: ColumnItems): number {
  const notNull = column.nullable ? 0 : ColumnFlag.notNull;
  return column.attributes | column.keyRole | column.defaultMarks | notNull;
}

/** The flags that have an item of their own. */
export const ITEM_FLAGS = KEY_FLAGS | ColumnFlag.notNull | ColumnFlag.autoIncrement | ColumnFlag.noDefaultValue;
