import { compare } from '../table/compare';
import { join } from '../table/join';
import type { Incompatible } from '../table/ordering';
import { isShape } from '../table/shape';
import type { Shape } from '../table/shape';
import type { OpenConflict } from './lock';

/**
 * Whether the shards' schemas `judged` agree with every open conflict, so that the conflict is over (3-optimistic.md):
 * they join; all have left the old shape of each waiting table (their join is incomparable with it); and each has the new
 * shape (joined with the old one it covers the conflict schema).
 */
export function agree(
  joined: Shape | Incompatible | null,
  open: readonly OpenConflict[],
  judged: Iterable<Shape>,
): boolean {
  if (!isShape(joined)) return false;
  if (open.some(({ normal }) => compare(joined, normal) !== 'incomparable')) return false;
  for (const schema of judged) {
    if (!open.every((conflict) => hasNewShape(schema, conflict))) return false;
  }
  return true;
}

/** Whether a table with schema `schema` has moved on as the conflict's DDL from `normal` to `conflict` does. */
function hasNewShape(schema: Shape, { normal, conflict }: OpenConflict): boolean {
  const joined = join([normal, schema]);
  // Where they don't join, a column was modified: then the schema itself must cover the new shape.
  const order = compare(isShape(joined) ? joined : schema, conflict);
  return order === 'equal' || order === 'greater';
}

/** Whether a table with normal schema `other` has already moved from `before` to what `after` needs. */
export function hasMoved(other: Shape, before: Shape, after: Shape): boolean {
  const joined = join([after, other]);
  return (
    isShape(joined) &&
    compare(joined, before) === 'incomparable' &&
    hasNewShape(other, { normal: before, conflict: after })
  );
}
