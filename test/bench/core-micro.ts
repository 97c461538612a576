import { parseStatement } from '../../src/core/ddl';
import { compare } from '../../src/core/table/compare';
import { join } from '../../src/core/table/join';
import { Shapes } from '../../src/core/table/shapes';
import type { BenchLine } from './bench-line';
import { createTableText, schemaAfter, schemaOf } from './table-info-text';

const COLUMNS = 30;
const ROUNDS = 2_000;

/** Parsing, building, interning, comparing and joining one table of 30 columns. */
export function benchMicro(emit: (line: BenchLine) => void): void {
  const sql = createTableText(COLUMNS);
  const schema = schemaOf(sql);
  const shapes = new Shapes();
  const before = shapes.intern(schema);
  const wider = shapes.intern(schemaAfter(schema, 'ALTER TABLE `orders` ADD COLUMN `extra` INT'));
  const longer = shapes.intern(schemaAfter(schema, 'ALTER TABLE `orders` MODIFY COLUMN `column_1` VARCHAR(128)'));
  const measure = (what: string, run: () => unknown): void => {
    for (let round = 0; round < ROUNDS; round += 1) run();
    const start = process.hrtime.bigint();
    for (let round = 0; round < ROUNDS; round += 1) run();
    const us = Number(process.hrtime.bigint() - start) / 1_000 / ROUNDS;
    emit({
      what: `micro/${what}`,
      tables: 1,
      columns: COLUMNS,
      per_info_us: us,
      total_ms: (us * ROUNDS) / 1_000,
      heap_bytes: null,
    });
  };
  measure('parse', () => parseStatement(sql));
  measure('build', () => schemaOf(sql));
  measure('intern', () => shapes.intern(schema));
  measure('compare', () => compare(wider, longer));
  measure('join', () => join([before, wider, longer]));
}
