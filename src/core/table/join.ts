import { invariant } from '../model/invariant';
import type { Incompatible } from './ordering';
import type { Shape } from './shape';
import { ShapeCounts } from './shape-counts';

/**
 * The least shape that accepts the rows of every shape of `members`, or why there is none. Laws: order and repetition
 * play no part; one shape joins to itself; for tables whose key flags follow from their indexes the join is ≥ each of
 * them, and is the greatest of them if there is one. Joining joins is another thing: a column that one table lacks gets
 * its missing-column rule once, after all others were joined.
 * @param members at least one shape, all of one interner
 */
export function join(members: Iterable<Shape>): Shape | Incompatible {
  let set: ShapeCounts | null = null;
  for (const shape of members) {
    set ??= ShapeCounts.empty(shape.interner);
    if (set.countOf(shape) === 0) set = set.add(shape);
  }
  const joined = set?.joined();
  invariant(joined !== null && joined !== undefined, 'a join is of at least one shape');
  return joined;
}
