import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compare } from '../../../src/core/table/compare';
import { differences } from '../../../src/core/table/differences';
import { join } from '../../../src/core/table/join';
import { finishJoin, preJoinOf, unite } from '../../../src/core/table/pre-join';
import type { PreJoin } from '../../../src/core/table/pre-join';
import type { Ordering } from '../../../src/core/table/ordering';
import { isShape } from '../../../src/core/table/shape';
import type { Shape } from '../../../src/core/table/shape';
import { schemaOfShape } from '../../../src/core/table/shape-schema';
import { Shapes } from '../../../src/core/table/shapes';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { SEED, alikeFamily, arbitrarySchema, oddSchema, schemaFamily } from './arbitrary-schema';

const shapes = new Shapes();
const internAll = (schemas: readonly TableSchema[]): Shape[] => schemas.map((schema) => shapes.intern(schema));
const isAtMost = (order: Ordering): boolean => order === 'less' || order === 'equal';
const some = fc.oneof(fc.array(arbitrarySchema, { minLength: 1, maxLength: 6 }), schemaFamily);
const OPPOSITE = { less: 'greater', equal: 'equal', greater: 'less', incomparable: 'incomparable' } as const;

describe('compare', () => {
  it('is antisymmetric, and equal only for the same shape', () => {
    fc.assert(
      fc.property(oddSchema, oddSchema, (x, y) => {
        const [a, b] = [shapes.intern(x), shapes.intern(y)];
        expect(compare(b, a)).toBe(OPPOSITE[compare(a, b)]);
        expect(compare(a, b) === 'equal').toBe(a === b);
        expect(differences(x, y).length === 0).toBe(a === b);
      }),
      SEED,
    );
  });

  it('is transitive', () => {
    let comparable = 0;
    fc.assert(
      fc.property(some, (schemas) => {
        const all = internAll(schemas);
        const joined = join(all);
        const candidates = isShape(joined) ? [...all, joined] : all;
        for (const a of candidates)
          for (const b of candidates)
            for (const c of candidates) {
              if (!isAtMost(compare(a, b)) || !isAtMost(compare(b, c))) continue;
              comparable += a === b || b === c ? 0 : 1;
              expect(isAtMost(compare(a, c))).toBe(true);
            }
      }),
      { ...SEED, numRuns: 400 },
    );
    expect(comparable).toBeGreaterThan(20);
  });
});

describe('join', () => {
  it('is idempotent, also with odd key flags', () => {
    fc.assert(
      fc.property(oddSchema, (schema) => {
        const shape = shapes.intern(schema);
        expect(join([shape])).toBe(shape);
        expect(join([shape, shape])).toBe(shape);
      }),
      SEED,
    );
  });

  it('does not depend on order or repetition, not even in its reasons', () => {
    fc.assert(
      fc.property(fc.array(oddSchema, { minLength: 1, maxLength: 6 }), fc.gen(), (schemas, gen) => {
        const members = internAll(schemas);
        const shuffled = gen(fc.shuffledSubarray, members, { minLength: members.length });
        expect(join([...shuffled, ...shuffled])).toEqual(join(members));
      }),
      SEED,
    );
  });

  it('has the same answer in any grouping', () => {
    fc.assert(
      fc.property(
        fc.array(oddSchema, { minLength: 2, maxLength: 6 }),
        fc.infiniteStream(fc.nat(5)),
        (schemas, picks) => {
          const members = new Set(internAll(schemas));
          if (members.size < 2) return;
          const groups: PreJoin[] = [...members].map(preJoinOf);
          while (groups.length > 1) {
            const [x] = groups.splice(picks.next().value % groups.length, 1);
            const [y] = groups.splice(picks.next().value % groups.length, 1);
            groups.push(unite(x!, y!, shapes));
          }
          const [grouped, whole] = [finishJoin(groups[0]!, shapes), join(members)];
          expect(isShape(grouped)).toBe(isShape(whole));
          if (isShape(whole)) expect(grouped).toBe(whole);
        },
      ),
      SEED,
    );
  });

  it('is at least each of its members', () => {
    let joins = 0;
    fc.assert(
      fc.property(some, (schemas) => {
        const members = internAll(schemas);
        const joined = join(members);
        if (!isShape(joined)) return;
        joins += 1;
        for (const member of members) expect(isAtMost(compare(member, joined))).toBe(true);
      }),
      SEED,
    );
    expect(joins).toBeGreaterThan(200);
  });

  it('is the larger one of two comparable shapes', () => {
    let comparable = 0;
    fc.assert(
      fc.property(some, (schemas) => {
        const members = internAll(schemas);
        const joined = join(members);
        const all = isShape(joined) ? [...members, joined] : members;
        for (const a of all)
          for (const b of all) {
            if (!isAtMost(compare(a, b))) continue;
            comparable += a === b ? 0 : 1;
            expect(join([a, b])).toBe(b);
          }
      }),
      SEED,
    );
    expect(comparable).toBeGreaterThan(100);
  });

  it('is the least upper bound, as long as no table lacks a column', () => {
    let bounds = 0;
    fc.assert(
      fc.property(alikeFamily, (schemas) => {
        const [a, b, ...others] = internAll(schemas);
        const joined = join([a!, b!]);
        for (const upper of others) {
          if (!isAtMost(compare(a!, upper)) || !isAtMost(compare(b!, upper))) continue;
          bounds += 1;
          expect(isShape(joined) && isAtMost(compare(joined, upper))).toBe(true);
        }
      }),
      SEED,
    );
    expect(bounds).toBeGreaterThan(50);
  });
});

describe('schemaOfShape', () => {
  it('has that shape, in the wanted order', () => {
    fc.assert(
      fc.property(oddSchema, (schema) => {
        const shape = shapes.intern(schema);
        const order = schema.columns.map((one) => one.name).reverse();
        const back = schemaOfShape(shape, 'x', order);
        expect(shapes.intern(back)).toBe(shape);
        expect(back.columns.map((one) => one.name)).toEqual(order);
      }),
      { ...SEED, numRuns: 300 },
    );
  });
});
