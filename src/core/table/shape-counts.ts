import type { Incompatible } from './ordering';
import { finishJoin } from './pre-join';
import type { Shape, ShapeInterner } from './shape';
import { changeCount, countIn, distinctOf, entriesOf, preJoinOfTrie } from './shape-trie';
import type { ShapeTrie } from './shape-trie';

/**
 * How many tables of a lock have which shape, and the join of those shapes: an immutable multiset. A change makes a new
 * one and costs O(log distinct shapes), also of the join after it, as far as columns differ; the number of tables plays
 * no part. Laws: `joined` is `join` of the distinct shapes, whatever the history; equal sets have the same join.
 */
export class ShapeCounts {
  private result: Shape | Incompatible | null = null;

  private constructor(
    private readonly shapes: ShapeInterner,
    private readonly trie: ShapeTrie | null,
    /** The number of tables. */
    readonly size: number,
  ) {}

  /** No table. Only shapes of `shapes` may be added. */
  static empty(shapes: ShapeInterner): ShapeCounts {
    return new ShapeCounts(shapes, null, 0);
  }

  /** The same without any table. */
  cleared(): ShapeCounts {
    return new ShapeCounts(this.shapes, null, 0);
  }

  /** One table more has `shape`. */
  add(shape: Shape): ShapeCounts {
    return new ShapeCounts(this.shapes, changeCount(this.trie, shape, 1), this.size + 1);
  }

  /** One table less has `shape`. Crashes if none has it. */
  remove(shape: Shape): ShapeCounts {
    return new ShapeCounts(this.shapes, changeCount(this.trie, shape, -1), this.size - 1);
  }

  /** One table went from one shape to another. Crashes if none has `from`. */
  replace(from: Shape, to: Shape): ShapeCounts {
    if (from === to) return this;
    const without = changeCount(this.trie, from, -1);
    return new ShapeCounts(this.shapes, changeCount(without, to, 1), this.size);
  }

  /** The number of tables that have `shape`. */
  countOf(shape: Shape): number {
    return countIn(this.trie, shape);
  }

  /** The number of distinct shapes. */
  get distinct(): number {
    return distinctOf(this.trie);
  }

  /** The distinct shapes, in an order that depends only on them. */
  *[Symbol.iterator](): Generator<Shape> {
    for (const [shape] of entriesOf(this.trie)) yield shape;
  }

  /** The distinct shapes with the number of tables that have them, in the same order. */
  entries(): Generator<readonly [Shape, number]> {
    return entriesOf(this.trie);
  }

  /** The join of all distinct shapes, or why there is none; null without tables. One shape joins to itself. */
  joined(): Shape | Incompatible | null {
    if (this.trie === null) return null;
    if (this.trie.kind === 'leaf') return this.trie.shape;
    this.result ??= finishJoin(preJoinOfTrie(this.trie, this.shapes), this.shapes);
    return this.result;
  }
}
