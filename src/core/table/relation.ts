import type { Ordering } from './ordering';

/**
 * How two values stand to each other, as bits, so that the relation of a tuple is the OR of the relations of its items:
 * smaller in one item and larger in another is `INCOMPARABLE`.
 */
export type Relation = 0 | 1 | 2 | 3;

export const EQUAL = 0;
export const LESS = 1;
export const GREATER = 2;
export const INCOMPARABLE = 3;

const ORDERINGS = ['equal', 'less', 'greater', 'incomparable'] as const;

/** The ordering that a relation stands for. */
export function orderingOf(relation: Relation): Ordering {
  return ORDERINGS[relation];
}

/** The relation of a tuple from those of its items. */
export function combine(a: Relation, b: Relation): Relation {
  if (a === b || b === EQUAL) return a;
  return a === EQUAL ? b : INCOMPARABLE;
}

/** Numbers: the larger is larger. */
export function relateNumbers(a: number | bigint, b: number | bigint): Relation {
  if (a === b) return EQUAL;
  return a < b ? LESS : GREATER;
}

/** Values of which distinct ones are incomparable. */
export function relateSame<T extends string | number | boolean | null>(a: T, b: T): Relation {
  return a === b ? EQUAL : INCOMPARABLE;
}

/** Values with a bottom: `bottom` is below any other, of which distinct ones are incomparable. */
export function relateAbove<T extends string | number | null>(bottom: T, a: T, b: T): Relation {
  if (a === b) return EQUAL;
  if (a === bottom) return LESS;
  return b === bottom ? GREATER : INCOMPARABLE;
}

/** Lists: a prefix is smaller. */
export function relateLists(a: readonly string[] | null, b: readonly string[] | null): Relation {
  if (a === b) return EQUAL;
  const [left, right] = [a ?? [], b ?? []];
  const common = Math.min(left.length, right.length);
  for (let at = 0; at < common; at++) if (left[at] !== right[at]) return INCOMPARABLE;
  return relateNumbers(left.length, right.length);
}
