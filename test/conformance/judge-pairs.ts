import { isDeepStrictEqual } from 'node:util';
import { canonicalText } from './canonical-text';
import { charsetOf } from '../../src/core/table/collation';
import { flagsOf } from '../../src/core/table/column-order';
import { compare } from '../../src/core/table/compare';
import { join } from '../../src/core/table/join';
import type { Ordering } from '../../src/core/table/ordering';
import { isShape } from '../../src/core/table/shape';
import type { Shape } from '../../src/core/table/shape';
import { Shapes } from '../../src/core/table/shapes';
import type { TableSchema } from '../../src/core/table/table-schema';
import { JsonValue } from '../../src/core/wire/json-reader';
import type { Disagreement, Judge } from './judgement';
import { findTables, hasDamagedDefault, hasOddKeyFlags, readTableVector } from './table-vectors';

/** How the recordings write an ordering. */
const RECORDED_ORDER: Readonly<Record<Ordering, unknown>> = {
  less: -1,
  equal: 0,
  greater: 1,
  incomparable: 'incomparable',
};

/** The judged fields of a line. */
const FIELDS = ['compare', 'join', 'joinColumns', 'joinCompareA', 'joinCompareB'] as const;

type Answer = Readonly<Record<(typeof FIELDS)[number], unknown>>;

/** Judges a schema-pairs file: one case and one step a line. */
export const judgePairs: Judge = (lines, judgement, folder) => {
  const tables = findTables(folder);
  const schemas = new Map<number, TableSchema>();
  const shapes = new Shapes();
  const schemaOf = (index: number): TableSchema => {
    const known = schemas.get(index) ?? readTableVector(tables[index]).schema;
    schemas.set(index, known);
    return known;
  };
  for (const line of lines) {
    judgement.cases += 1;
    const value = JsonValue.root(line, 'line of a schema-pairs file');
    const [a, b] = [schemaOf(value.field('a').count()), schemaOf(value.field('b').count())];
    const found = disagreementsOf(line, value.field('name').text(), answerOf(shapes.intern(a), shapes.intern(b)));
    const deviation = found.length === 0 ? null : deviationOf([a, b], shapes);
    if (deviation !== null) {
      judgement.addDeviation(deviation);
      judgement.addCut(1);
    } else if (found.length === 0) judgement.addAgreement();
    else judgement.addDisagreement(...found);
  }
};

function answerOf(a: Shape, b: Shape): Answer {
  const joined = join([a, b]);
  const order = RECORDED_ORDER[compare(a, b)];
  if (!isShape(joined)) {
    return { compare: order, join: null, joinColumns: null, joinCompareA: null, joinCompareB: null };
  }
  return {
    compare: order,
    join: canonicalText(joined),
    joinColumns: columnsOf(joined),
    joinCompareA: RECORDED_ORDER[compare(joined, a)],
    joinCompareB: RECORDED_ORDER[compare(joined, b)],
  };
}

function columnsOf(shape: Shape): Readonly<Record<string, unknown>> {
  const columns = shape.columns.map((column): [string, unknown] => {
    const { name, code, length, decimals, collation, members } = column;
    const type = { tp: code, flag: flagsOf(column), flen: length, decimal: decimals, elems: members };
    return [name, { ...type, charset: charsetOf(collation), collate: collation }];
  });
  return Object.fromEntries<unknown>(columns);
}

function disagreementsOf(line: unknown, name: string, answer: Answer): Disagreement[] {
  const recorded = new Map(Object.entries(typeof line === 'object' && line !== null ? line : {}));
  return FIELDS.flatMap((field) => {
    const expected: unknown = recorded.get(field);
    const actual = answer[field];
    return isDeepStrictEqual(expected, actual) ? [] : [{ case: name, step: 0, field, expected, actual }];
  });
}

/** The deviation that allows a difference, by its predicate; null: none. */
function deviationOf(schemas: readonly TableSchema[], shapes: Shapes): string | null {
  if (schemas.some((schema) => hasOddKeyFlags(shapes.intern(schema)))) return '7';
  return schemas.some(hasDamagedDefault) ? '8' : null;
}
