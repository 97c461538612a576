import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { parseStatement } from '../../../src/core/ddl';
import { buildTable } from '../../../src/core/ddl/tracker';
import { createTableText, createTableTextOfShape } from '../../../src/core/table/create-table';
import { join as joinOf } from '../../../src/core/table/join';
import { isShape } from '../../../src/core/table/shape';
import { Shapes } from '../../../src/core/table/shapes';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { hasOddKeyFlags, readTableVector } from '../../conformance/table-vectors';
import { readVectorFile } from '../../conformance/vector-file';

const VECTORS = join(__dirname, '../../conformance/vectors/schema-tables.jsonl.gz');

const shapes = new Shapes();

function build(sql: string): TableSchema {
  const statement = parseStatement(sql);
  if (statement.kind !== 'create-table') throw new Error(`not a CREATE TABLE: ${sql}`);
  return buildTable(statement);
}

/** Defaults that SQL writes in a way of their own. */
const COLUMNS = [
  "c JSON NOT NULL DEFAULT ('{}')",
  "c JSON DEFAULT ('[\"it''s\"]')",
  "c TEXT NOT NULL DEFAULT ''",
  "c TEXT DEFAULT ('a\\nb')",
  "c BLOB DEFAULT (x'00ff41')",
  "c TEXT DEFAULT (concat('a', 'b'))",
  'c DATE DEFAULT (CURRENT_DATE)',
  'c DATE DEFAULT (NOW())',
  'c DATE DEFAULT CURRENT_TIMESTAMP',
  'c DATETIME(3) DEFAULT NOW(3) ON UPDATE NOW(3)',
  'c TIME DEFAULT (CURRENT_TIME)',
  'c VARCHAR(36) DEFAULT (UUID())',
  "c BINARY(3) DEFAULT x'ff0041'",
  "c BIT(12) DEFAULT b'101'",
  'c YEAR NOT NULL DEFAULT 0',
  'c BIGINT UNSIGNED DEFAULT 18446744073709551615',
];

/** What the law leaves out: a default of a nullable column that was dropped, an empty default of BIT. */
function isUnsayable({ columns }: TableSchema): boolean {
  return columns.some(({ type, defaultValue }) => type.code === 16 && defaultValue === '');
}

describe('a CREATE TABLE that was printed is read as the same shape', () => {
  it.each(COLUMNS)('%s', (column) => {
    const schema = build(`CREATE TABLE t (${column})`);
    const shape = shapes.intern(schema);
    expect(shapes.intern(build(createTableText(schema)))).toBe(shape);
    const joined = joinOf([shape, shapes.intern(build(`CREATE TABLE t (${column}, d INT)`))]);
    expect(isShape(joined)).toBe(true);
    if (isShape(joined)) expect(shapes.intern(build(createTableTextOfShape(joined, 't')))).toBe(joined);
  });

  it('of every recorded table', () => {
    const recorded = readVectorFile(VECTORS).map((line) => readTableVector(line).schema);
    const said = recorded.filter((schema) => !isUnsayable(schema) && !hasOddKeyFlags(shapes.intern(schema)));
    expect(said.length).toBeGreaterThan(600);
    const differing = said.filter((schema) => shapes.intern(build(createTableText(schema))) !== shapes.intern(schema));
    expect(differing.map(createTableText)).toEqual([]);
  });
});
