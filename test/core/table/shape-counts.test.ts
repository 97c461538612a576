import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { join } from '../../../src/core/table/join';
import type { Shape } from '../../../src/core/table/shape';
import { ShapeCounts } from '../../../src/core/table/shape-counts';
import { Shapes } from '../../../src/core/table/shapes';
import { SEED, oddSchema } from './arbitrary-schema';
import { column, table } from './schema-builder';

type Change = { readonly kind: 'add' | 'remove' | 'replace'; readonly shape: number; readonly to: number };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('add', 'add', 'remove', 'replace', 'replace'),
  shape: fc.nat(7),
  to: fc.nat(7),
});

/** The plain model: a list of shapes, one a table. */
function apply(tables: Shape[], counts: ShapeCounts, pool: readonly Shape[], { kind, shape, to }: Change): ShapeCounts {
  const from = pool[shape % pool.length]!;
  const target = pool[to % pool.length]!;
  const at = tables.indexOf(from);
  if (kind === 'add') {
    tables.push(from);
    return counts.add(from);
  }
  if (at < 0) return counts;
  tables.splice(at, 1);
  if (kind === 'remove') return counts.remove(from);
  tables.push(target);
  return counts.replace(from, target);
}

describe('ShapeCounts', () => {
  it('joins, whatever its history, as the distinct shapes do', () => {
    const schemas = fc.array(oddSchema, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(schemas, fc.array(change, { maxLength: 30 }), fc.array(fc.boolean()), (made, changes, asked) => {
        const shapes = new Shapes();
        const pool = made.map((schema) => shapes.intern(schema));
        const tables: Shape[] = [];
        let counts = ShapeCounts.empty(shapes);
        changes.forEach((one, at) => {
          counts = apply(tables, counts, pool, one);
          // Asking or not must make no difference to later answers.
          if (asked[at % asked.length] !== true) return;
          expect(counts.joined()).toEqual(tables.length === 0 ? null : join(tables));
        });
        expect(counts.joined()).toEqual(tables.length === 0 ? null : join(tables));
        expect(counts.size).toBe(tables.length);
        expect(new Set(counts)).toEqual(new Set(tables));
        expect(counts.distinct).toBe(new Set(tables).size);
        for (const [shape, count] of counts.entries()) {
          expect(count).toBe(tables.filter((other) => other === shape).length);
          expect(counts.countOf(shape)).toBe(count);
        }
      }),
      { ...SEED, numRuns: 200 },
    );
  });

  const shapes = new Shapes();
  const many = Array.from({ length: 3000 }, (_, at) =>
    shapes.intern(table([column('v', 'varchar', { length: at + 1 })])),
  );

  it('never changes: an older one keeps its answer', () => {
    const [a, b] = many;
    const one = ShapeCounts.empty(shapes).add(a!);
    const two = one.add(b!);
    expect(two.joined()).toBe(b);
    expect(one.joined()).toBe(a);
    expect(two.cleared().joined()).toBeNull();
    expect(two.replace(a!, a!)).toBe(two);
  });

  it('follows thousands of distinct shapes', () => {
    let counts = ShapeCounts.empty(shapes);
    for (const shape of many) counts = counts.add(shape);
    expect(counts.joined()).toBe(many.at(-1));
    for (const shape of many.slice(100)) counts = counts.replace(shape, many[0]!);
    expect(counts.joined()).toBe(many[99]);
    expect([counts.size, counts.distinct, counts.countOf(many[0]!)]).toEqual([3000, 100, 2901]);
  });

  it('iterates in an order that depends on the shapes only', () => {
    const other = new Shapes();
    const texts = (counts: ShapeCounts): string[] => [...counts].map((shape) => shape.fingerprint);
    let forward = ShapeCounts.empty(shapes);
    let backward = ShapeCounts.empty(other);
    for (const shape of many.slice(0, 50)) forward = forward.add(shape);
    for (let length = 50; length > 0; length--) {
      backward = backward.add(other.intern(table([column('v', 'varchar', { length })])));
    }
    expect(texts(backward)).toEqual(texts(forward));
  });

  it('crashes when a shape is removed that no table has', () => {
    expect(() => ShapeCounts.empty(shapes).add(many[0]!).remove(many[1]!)).toThrow('no more often than it was added');
    expect(() => ShapeCounts.empty(shapes).replace(many[0]!, many[1]!)).toThrow('no more often than it was added');
  });
});
