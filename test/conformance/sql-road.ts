import { applyStatement, buildTable } from '../../src/core/ddl/tracker';
import { parseStatement } from '../../src/core/ddl';
import { LockstepError } from '../../src/core/model/error';
import { replaceLoneSurrogates } from '../../src/core/table/byte-string';
import type { Shape } from '../../src/core/table/shape';
import { Shapes } from '../../src/core/table/shapes';
import type { Column, TableSchema } from '../../src/core/table/table-schema';
import { JsonValue } from '../../src/core/wire/json-reader';
import { tableInfoOf } from '../../src/core/wire/table-info';
import type { Disagreement } from './judgement';

/** The step number of what happens before the first step: the tables that a scenario begins with. */
const BEFORE_STEPS = -1;

/** What one comparison of the SQL road with the recorded table info gave. */
export type RoadEnd =
  | { readonly kind: 'equal' }
  | { readonly kind: 'differs'; readonly expected: readonly string[]; readonly actual: readonly string[] }
  | { readonly kind: 'refused'; readonly error: LockstepError };

/**
 * Replay the SQL road of an optimistic scenario ("The SQL road of a scenario" in the conformance README): each table's
 * CREATE TABLE and each upstream DDL must lead to the recorded schema, item by item of what is compared.
 * @returns what disagreed, refusals included; empty: all agrees
 */
export function checkSqlRoad(scenario: unknown): Disagreement[] {
  const root = JsonValue.root(scenario, 'scenario');
  const name = root.field('name').text();
  const schemas = root.field('schemas').list((schema) => tableInfoOf(schema.field('tableInfo')));
  const recorded = (index: number): TableSchema => schemas[index] ?? root.fail(`no schema ${index}`);
  const found: Disagreement[] = [];
  const check = (step: number, field: string, start: () => TableSchema, expected: TableSchema): void => {
    const end = compareRoad(start, expected);
    if (end.kind !== 'equal') found.push(disagreementOf(name, step, field, end));
  };
  const checkCreate = (step: number, table: JsonValue): void => {
    const index = table.field('info').nullable((info) => info.count());
    const sql = table.field('create').text();
    if (index !== null) check(step, sql, () => buildFrom(sql), recorded(index));
  };
  root.field('tables').list((table) => checkCreate(BEFORE_STEPS, table));
  let number = 0;
  for (const step of root.field('steps').list((value) => value)) {
    if (step.field('kind').is('addTable')) checkCreate(number, step);
    for (const { sql, before, after } of ddlsOf(step)) {
      check(number, sql, () => applyStatement(recorded(before), parseStatement(sql)), recorded(after));
    }
    number += 1;
  }
  return found;
}

/** One upstream DDL with the numbers of the schemas round it. */
interface RecordedDdl {
  readonly sql: string;
  readonly before: number;
  readonly after: number;
}

/** The DDLs of an info step; none if their number isn't that of the schemas, which is a malformed info on purpose. */
function ddlsOf(step: JsonValue): readonly RecordedDdl[] {
  if (!step.field('kind').is('info')) return [];
  const sqls = step.field('upstreamDDLs').or([], (list) => list.list((sql) => sql.text()));
  const after = step.field('tableInfosAfter').or([], (list) => list.list((index) => index.count()));
  const first = step.field('tableInfoBefore').nullable((index) => index.count());
  if (first === null || sqls.length !== after.length) return [];
  return after.map((index, position) => ({
    sql: sqls[position] ?? '',
    before: after[position - 1] ?? first,
    after: index,
  }));
}

/** The schema that a CREATE TABLE text makes. @throws LockstepError as the parser and the tracker do */
export function buildFrom(sql: string): TableSchema {
  const statement = parseStatement(sql);
  if (statement.kind === 'create-table') return buildTable(statement);
  throw new LockstepError('DDL_UNSUPPORTED', `not a CREATE TABLE: ${sql}`);
}

/** Where the SQL road ends, against the recorded schema. Deviation 8 counts as equal: see `withRecordedDamage`. */
export function compareRoad(road: () => TableSchema, expected: TableSchema): RoadEnd {
  let actual: TableSchema;
  try {
    actual = withRecordedDamage(road(), expected);
  } catch (error) {
    if (error instanceof LockstepError) return { kind: 'refused', error };
    throw error;
  }
  const shapes = new Shapes();
  const [wanted, made] = [shapes.intern(expected), shapes.intern(actual)];
  return wanted === made ? { kind: 'equal' } : differenceOf(wanted, made);
}

/** BINARY defaults that aren't UTF-8 are damaged in DM's JSON (deviation 8): ours are damaged in the same way first. */
function withRecordedDamage(actual: TableSchema, expected: TableSchema): TableSchema {
  const damaged = new Set(expected.columns.filter(isDamaged).map((column) => column.name));
  const damage = (column: Column): Column =>
    damaged.has(column.name) && column.defaultValue !== null
      ? { ...column, defaultValue: replaceLoneSurrogates(column.defaultValue) }
      : column;
  return { ...actual, columns: actual.columns.map(damage) };
}

function isDamaged(column: Column): boolean {
  return column.type.charset === 'binary' && (column.defaultValue?.includes('\ufffd') ?? false);
}

function differenceOf(wanted: Shape, made: Shape): RoadEnd {
  const [expected, actual] = [wanted.canonical.split('\n'), made.canonical.split('\n')];
  return {
    kind: 'differs',
    expected: expected.filter((line) => !actual.includes(line)),
    actual: actual.filter((line) => !expected.includes(line)),
  };
}

function disagreementOf(
  name: string,
  step: number,
  field: string,
  end: Exclude<RoadEnd, { kind: 'equal' }>,
): Disagreement {
  const isRefused = end.kind === 'refused';
  return {
    case: name,
    step,
    field: `SQL road: ${field}`,
    expected: isRefused ? 'a schema' : end.expected,
    actual: isRefused ? `${end.error.code}: ${end.error.message}` : end.actual,
  };
}
