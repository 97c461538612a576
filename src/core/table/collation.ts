import { EQUAL, GREATER, INCOMPARABLE, LESS } from './relation';
import type { Relation } from './relation';

/** The charset above `latin1` and `utf8`. */
const WIDEST = 'utf8mb4';

/** Charsets that have a common wider one. */
const ORDERED = new Set(['latin1', 'utf8', WIDEST]);

/** A collation as it is compared: lower case, `utf8mb3` called `utf8`. */
export function normaliseCollation(collation: string): string {
  const lower = collation.toLowerCase();
  return lower.startsWith('utf8mb3_') ? `utf8_${lower.slice('utf8mb3_'.length)}` : lower;
}

/** The charset of a collation: the part before the first `_`. */
export function charsetOf(collation: string): string {
  const end = collation.indexOf('_');
  return end < 0 ? collation : collation.slice(0, end);
}

/** The part from the first `_` on; null: none, and then nothing else is comparable with it. */
function suffixOf(collation: string): string | null {
  const start = collation.indexOf('_');
  return start < 0 ? null : collation.slice(start);
}

/** Whether two distinct collations differ only in charsets that have a common wider one. */
function areRelated(a: string, b: string): boolean {
  const suffix = suffixOf(a);
  return suffix !== null && suffix === suffixOf(b) && ORDERED.has(charsetOf(a)) && ORDERED.has(charsetOf(b));
}

/** `latin1 < utf8mb4` and `utf8 < utf8mb4` with the same suffix; otherwise equal or incomparable. Both normalised. */
export function relateCollations(a: string, b: string): Relation {
  if (a === b) return EQUAL;
  if (!areRelated(a, b)) return INCOMPARABLE;
  if (charsetOf(b) === WIDEST) return LESS;
  return charsetOf(a) === WIDEST ? GREATER : INCOMPARABLE;
}

/** The least collation ≥ both, or null if there is none. Both normalised. */
export function joinCollations(a: string, b: string): string | null {
  if (a === b) return a;
  const suffix = suffixOf(a);
  return suffix !== null && areRelated(a, b) ? WIDEST + suffix : null;
}
