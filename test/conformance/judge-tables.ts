import { canonicalText } from './canonical-text';
import { Shapes } from '../../src/core/table/shapes';
import type { TableSchema } from '../../src/core/table/table-schema';
import type { Disagreement, Judge } from './judgement';
import { buildFrom, compareRoad } from './sql-road';
import { hasDamagedDefault, readTableVector, rememberTables } from './table-vectors';

/**
 * Judges a schema-tables file: one case and one step a line. The schema of the recorded table info must have the recorded
 * canonical text, and the statement must lead to the same schema.
 */
export const judgeTables: Judge = (lines, judgement) => {
  rememberTables(lines);
  for (const line of lines) {
    judgement.cases += 1;
    const { sql, canon, schema } = readTableVector(line);
    const disagreement = (field: string, expected: unknown, actual: unknown): Disagreement => ({
      case: sql,
      step: 0,
      field,
      expected,
      actual,
    });
    const actual = canonicalText(new Shapes().intern(schema));
    if (actual !== canon) {
      judgement.addDisagreement(disagreement('canon', canon, actual));
      continue;
    }
    const road = compareRoad(() => buildFrom(sql), schema);
    if (road.kind === 'refused') judgement.addRefusal();
    else if (road.kind === 'differs') judgement.addDisagreement(disagreement('schema', road.expected, road.actual));
    else {
      if (hasDamagedDefault(schema) && !isSameShape(buildFrom(sql), schema)) judgement.addDeviation('8');
      judgement.addAgreement();
    }
  }
};

function isSameShape(a: TableSchema, b: TableSchema): boolean {
  const shapes = new Shapes();
  return shapes.intern(a) === shapes.intern(b);
}
