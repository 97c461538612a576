import * as fc from 'fast-check';
import type { Column, Index, TableSchema } from '../../../src/core/table/table-schema';
import { column, index, table } from './schema-builder';
import type { ColumnOptions } from './schema-builder';

/** Few names and types, so that random schemas meet often. */
const NAMES = ['a', 'b', 'c', 'd'] as const;

const options: fc.Arbitrary<ColumnOptions> = fc.oneof(
  fc.constant({}),
  fc.constant({ notNull: true }),
  fc.constant({ notNull: true, value: '1' }),
  fc.constant({ value: '1' }),
  fc.constant({ value: '2' }),
  fc.constant({ value: '2', computed: true }),
);

const typed = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('int', 'bigint', 'tinyint').map((type) => ({ type, more: {} })) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(5, 10, 20).map((length) => ({ type: 'varchar' as const, more: { length } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(['x'], ['x', 'y'], ['x', 'z'])
      .map((members) => ({ type: 'enum' as const, more: { members } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('latin1_bin', 'utf8_bin', 'utf8mb4_bin')
      .map((collation) => ({ type: 'char' as const, more: { collation } })),
  },
);

const columnNamed = (name: string): fc.Arbitrary<Column> =>
  fc.tuple(typed, options).map(([{ type, more }, rest]) => column(name, type, { ...rest, ...more }));

/**
 * An index's name tells its kind: where an index is unique in one table and not in the other, the key flags' order isn't
 * that of the indexes (see the room's README), and the laws that need it have their own tests.
 */
const indexesOf = (columns: readonly Column[]): fc.Arbitrary<Index[]> => {
  const names = columns.map((one) => one.name);
  const parts = fc.shuffledSubarray(names, { minLength: 1, maxLength: Math.min(2, names.length) });
  const maybe = (name: string, kind: 'primary' | 'unique' | 'key'): fc.Arbitrary<Index | null> =>
    fc.option(
      parts.map((list) => index(name, list, kind)),
      { nil: null },
    );
  const all = fc.tuple(maybe('PRIMARY', 'primary'), maybe('k1', 'unique'), maybe('k2', 'key'));
  return all.map((entries) => entries.filter((entry) => entry !== null));
};

/** A schema whose key flags follow from its indexes. */
export const arbitrarySchema: fc.Arbitrary<TableSchema> = fc
  .subarray([...NAMES], { minLength: 1 })
  .chain((names) => fc.tuple(...names.map(columnNamed)))
  .chain((columns) => fc.tuple(fc.constant(columns), indexesOf(columns), fc.constantFrom(0n, 0n, 0n, 7n)))
  .map(([columns, indexes, autoIncrementId]) => table(columns, indexes, { autoIncrementId }));

/** A schema whose key flags may be anything. */
export const oddSchema: fc.Arbitrary<TableSchema> = fc
  .tuple(arbitrarySchema, fc.constantFrom(0, 2, 4, 8, 12))
  .map(([schema, role]) => ({
    ...schema,
    columns: schema.columns.map((one, at) =>
      at > 0 ? one : { ...one, type: { ...one.type, flags: (one.type.flags & ~14) | role } },
    ),
  }));

/** What distinguishes a schema from the base of its family, by position. */
const tweak = fc.record({
  dropped: fc.array(fc.boolean(), { maxLength: 4 }),
  nullable: fc.array(fc.boolean(), { maxLength: 4 }),
  wider: fc.array(fc.boolean(), { maxLength: 4 }),
  withoutIndex: fc.array(fc.boolean(), { maxLength: 3 }),
});

/** Schemas that differ from one another by a few steps, so that many of them are comparable. */
export const schemaFamily: fc.Arbitrary<TableSchema[]> = fc
  .tuple(arbitrarySchema, fc.array(tweak, { minLength: 2, maxLength: 5 }))
  .map(([base, tweaks]) => [base, ...tweaks.map((one) => tweaked(base, one))]);

/** The same, with the columns of all in common. */
export const alikeFamily: fc.Arbitrary<TableSchema[]> = fc
  .tuple(arbitrarySchema, fc.array(tweak, { minLength: 3, maxLength: 8 }))
  .map(([base, tweaks]) => tweaks.map((one) => tweaked(base, { ...one, dropped: [] })));

function tweaked(base: TableSchema, by: typeof tweak extends fc.Arbitrary<infer T> ? T : never): TableSchema {
  const kept = base.columns.filter((_, at) => at === 0 || by.dropped[at] !== true);
  const names = new Set(kept.map((one) => one.name));
  const columns = kept.map((one, at) => {
    const flags = one.type.flags & ~14 & (by.nullable[at] === true ? ~4097 : ~0);
    const length = one.type.length + (by.wider[at] === true ? 1 : 0);
    return { ...one, type: { ...one.type, flags, length } };
  });
  const hasColumns = (one: Index): boolean => one.parts.every((part) => names.has(part.column));
  return table(
    columns,
    base.indexes.filter((one, at) => by.withoutIndex[at] !== true && hasColumns(one)),
  );
}

/** The same run on every machine; a failure prints its seed and path. */
export const SEED = { seed: 20240229, numRuns: 400 };
