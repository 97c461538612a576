import { invariant } from '../model/invariant';
import { preJoinOf, unite } from './pre-join';
import type { PreJoin } from './pre-join';
import type { Shape, ShapeInterner } from './shape';

/**
 * A persistent binary trie of counted shapes, by the bits of their content hash, each leaf as near to the root as it can
 * be. So its form depends only on the set of shapes, and with random hashes its depth is about log₂ of their number.
 */
export type ShapeTrie = ShapeLeaf | ShapeBranch;

interface ShapeLeaf {
  readonly kind: 'leaf';
  readonly shape: Shape;
  readonly count: number;
}

/** Two or more shapes; null where all of them have the other bit. */
class ShapeBranch {
  readonly kind = 'branch';
  readonly distinct: number;
  private joined: PreJoin | null = null;

  constructor(
    readonly zero: ShapeTrie | null,
    readonly one: ShapeTrie | null,
  ) {
    this.distinct = distinctOf(zero) + distinctOf(one);
  }

  /** The pre-join of all shapes below, made when first asked for. */
  preJoin(shapes: ShapeInterner): PreJoin {
    this.joined ??= uniteHalves(this.zero, this.one, shapes);
    return this.joined;
  }
}

function uniteHalves(zero: ShapeTrie | null, one: ShapeTrie | null, shapes: ShapeInterner): PreJoin {
  if (zero === null || one === null) {
    const half = zero ?? one;
    invariant(half !== null, 'a branch has a child');
    return preJoinOfTrie(half, shapes);
  }
  return unite(preJoinOfTrie(zero, shapes), preJoinOfTrie(one, shapes), shapes);
}

/** The pre-join of all shapes of a trie. */
export function preJoinOfTrie(trie: ShapeTrie, shapes: ShapeInterner): PreJoin {
  return trie.kind === 'leaf' ? preJoinOf(trie.shape) : trie.preJoin(shapes);
}

/** How many distinct shapes a trie has. */
export function distinctOf(trie: ShapeTrie | null): number {
  if (trie === null) return 0;
  return trie.kind === 'leaf' ? 1 : trie.distinct;
}

/** How often a shape is counted in a trie. */
export function countIn(trie: ShapeTrie | null, shape: Shape): number {
  let node = trie;
  for (let depth = 0; node !== null; depth++) {
    if (node.kind === 'leaf') return node.shape === shape ? node.count : 0;
    node = bitOf(shape, depth) === 0 ? node.zero : node.one;
  }
  return 0;
}

/** The trie in which `shape` is counted `change` times more (or less); null: nothing is left. Crashes below zero. */
export function changeCount(trie: ShapeTrie | null, shape: Shape, change: number, depth = 0): ShapeTrie | null {
  if (trie === null) return leafOf(shape, change);
  if (trie.kind === 'leaf') {
    if (trie.shape === shape) return leafOf(shape, trie.count + change);
    const leaf = leafOf(shape, change);
    return leaf === null ? trie : branchOf(trie, leaf, depth);
  }
  const [zero, one] =
    bitOf(shape, depth) === 0
      ? [changeCount(trie.zero, shape, change, depth + 1), trie.one]
      : [trie.zero, changeCount(trie.one, shape, change, depth + 1)];
  if (one === null && zero?.kind !== 'branch') return zero;
  if (zero === null && one?.kind !== 'branch') return one;
  return new ShapeBranch(zero, one);
}

/** The shapes of a trie with their counts, in the order of their hashes. */
export function* entriesOf(trie: ShapeTrie | null): Generator<readonly [Shape, number]> {
  if (trie === null) return;
  if (trie.kind === 'leaf') {
    yield [trie.shape, trie.count];
    return;
  }
  yield* entriesOf(trie.zero);
  yield* entriesOf(trie.one);
}

function leafOf(shape: Shape, count: number): ShapeLeaf | null {
  invariant(count >= 0, 'a shape is removed no more often than it was added');
  return count === 0 ? null : { kind: 'leaf', shape, count };
}

/** The trie of two leaves whose shapes agree in the bits before `depth`. */
function branchOf(a: ShapeLeaf, b: ShapeLeaf, depth: number): ShapeBranch {
  const bitA = bitOf(a.shape, depth);
  if (bitA !== bitOf(b.shape, depth)) return bitA === 0 ? new ShapeBranch(a, b) : new ShapeBranch(b, a);
  const child = branchOf(a, b, depth + 1);
  return bitA === 0 ? new ShapeBranch(child, null) : new ShapeBranch(null, child);
}

/** The bits of the hash, then those of the text, which tell apart also what the hash doesn't. */
function bitOf(shape: Shape, depth: number): number {
  if (depth < 32) return (shape.hash.high >>> depth) & 1;
  if (depth < 64) return (shape.hash.low >>> (depth - 32)) & 1;
  const bit = depth - 64;
  return (shape.canonical.charCodeAt(bit >> 4) >>> (bit & 15)) & 1;
}
