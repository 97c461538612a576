import { expect, it } from '@jest/globals';
import { hasChange } from '../../sdk/engine/newcomer-steps';
import { parseStatement } from '../../src/core/ddl';
import { applyStatement, buildTable } from '../../src/core/ddl/tracker';
import { Shapes } from '../../src/core/table/shapes';
import type { TableSchema } from '../../src/core/table/table-schema';

function schemaOf(columns: string): TableSchema {
  const statement = parseStatement(`CREATE TABLE t (id INT, ${columns})`);
  if (statement.kind !== 'create-table') throw new Error('a CREATE TABLE');
  return buildTable(statement);
}

it.each([
  ['a VARCHAR(9)', 'MODIFY COLUMN a VARCHAR(20)', 'a VARCHAR(9)', false],
  ['a VARCHAR(9)', 'MODIFY COLUMN a VARCHAR(20)', 'a VARCHAR(20)', true],
  ['a VARCHAR(9)', 'MODIFY COLUMN a VARCHAR(20)', 'a VARCHAR(30)', true],
  // Who has the wider column of before hasn't met what narrows it.
  ['a VARCHAR(20)', 'MODIFY COLUMN a VARCHAR(9)', 'a VARCHAR(20)', false],
  ['a VARCHAR(20)', 'MODIFY COLUMN a VARCHAR(9)', 'a VARCHAR(30)', false],
  ['a VARCHAR(20)', 'MODIFY COLUMN a VARCHAR(9)', 'a VARCHAR(9)', true],
  ['a INT NOT NULL DEFAULT 3', 'ALTER COLUMN a DROP DEFAULT', 'a INT NOT NULL DEFAULT 3', false],
  ['a INT NOT NULL DEFAULT 3', 'ALTER COLUMN a DROP DEFAULT', 'a INT NOT NULL', true],
  ['a INT', 'ADD COLUMN b INT', 'a INT', false],
  ['a INT', 'ADD COLUMN b INT', 'a INT, b INT', true],
  ['a INT', 'ADD COLUMN b INT', 'a INT, b BIGINT', true],
  ['a INT, b INT', 'DROP COLUMN b', 'a INT, b INT', false],
  ['a INT, b INT', 'DROP COLUMN b', 'a INT', true],
] as const)('a table of %s meets %s: one of %s has it: %s', (before, spec, other, has) => {
  const from = schemaOf(before);
  const change = { before: from, after: applyStatement(from, parseStatement(`ALTER TABLE t ${spec}`)) };
  expect(hasChange(new Shapes(), schemaOf(other), change)).toBe(has);
});
