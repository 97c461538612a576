import { describe, expect, it } from '@jest/globals';
import { parseStatement, printStatement } from '../../../../src/core/ddl';
import { buildTable } from '../../../../src/core/ddl/tracker';
import type { Statement } from '../../../../src/core/ddl/ast';
import { LockstepError } from '../../../../src/core/model/error';
import { createTableText } from '../../../../src/core/table/create-table';
import type { TableSchema } from '../../../../src/core/table/table-schema';
import { vectorStatements } from '../vector-statements';
import { built } from './described';

/** The schema of a statement; null: it makes no table, or contradicts itself. */
function schemaOf(statement: Statement): TableSchema | null {
  if (statement.kind !== 'create-table') return null;
  try {
    return buildTable(statement);
  } catch (error) {
    if (error instanceof LockstepError) return null;
    throw error;
  }
}

/** What is computed: the texts that are compared. */
function expressionsOf({ columns }: TableSchema): unknown[] {
  return columns.map(({ name, generated, defaultValue, defaultIsExpression }) => [
    name,
    generated,
    defaultIsExpression ? defaultValue : null,
  ]);
}

function expectSame(schema: TableSchema): void {
  const text = createTableText(schema);
  const again = built(text);
  expect(expressionsOf(again)).toEqual(expressionsOf(schema));
  expect(createTableText(again)).toBe(text);
}

describe('a schema printed as CREATE TABLE is read as the same', () => {
  it.each(['ddl.jsonl.gz', 'schema-tables.jsonl.gz'])('for every table of %s', (file) => {
    const schemas = vectorStatements(file)
      .map((sql) => schemaOf(parseStatement(sql)))
      .filter((schema) => schema !== null);
    expect(schemas.length).toBeGreaterThan(100);
    for (const schema of schemas) expectSame(schema);
  });

  it.each([
    ["DATE '2020-01-01'", "date _utf8mb4'2020-01-01'", "DATE '2020-01-01'"],
    ["{t '10:00:00'}", "time _utf8mb4'10:00:00'", "TIME '10:00:00'"],
    ["TIMESTAMP '2020-01-01'", "timestamp _utf8mb4'2020-01-01'", "TIMESTAMP '2020-01-01'"],
    ["_latin1 x'41'", "_latin1 x'41'", "_LATIN1 x'41'"],
    ["_utf8mb4 x'41'", "x'41'", "_UTF8MB4 x'41'"],
    ["_binary b'101'", "b'101'", "_BINARY b'101'"],
    ["_latin1'a'", "_latin1'a'", "_LATIN1'a'"],
    ['CHAR(65, 66)', 'char_func(65, 66, null)', 'CHAR(65, 66)'],
    ['CHAR(65 USING latin1)', "char_func(65, _utf8mb4'latin1')", "CHAR(65 USING 'latin1')"],
  ])('with %s in expressions', (written, stored, printed) => {
    const sql = `CREATE TABLE t (a TEXT, b INT AS (a > ${written}), c VARCHAR(9) DEFAULT (CONCAT(${written}, 1)))`;
    const schema = built(sql);
    expect(schema.columns[1]?.generated?.expression.toLowerCase()).toBe(`\`a\` > ${stored}`);
    expect(printStatement(parseStatement(sql))).toContain(`\`a\`>${printed})`);
    expectSame(schema);
  });
});
