import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { JsonValue } from '../../../../src/core/wire/json-reader';
import { tableInfoOf } from '../../../../src/core/wire/table-info';
import { buildFrom, checkSqlRoad, compareRoad } from '../../../conformance/sql-road';
import { altered } from './described';

const VECTORS = join(__dirname, '../../../conformance/vectors');

function linesOf(file: string): unknown[] {
  const text = gunzipSync(readFileSync(join(VECTORS, file))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

describe('the SQL road leads to the recorded schema', () => {
  it('for every recorded table', () => {
    const tables = linesOf('schema-tables.jsonl.gz').map((line) => JsonValue.root(line, 'table'));
    const wrong = tables.flatMap((table) => {
      const sql = table.field('sql').text();
      const end = compareRoad(() => buildFrom(sql), tableInfoOf(table.field('info')));
      return end.kind === 'equal' ? [] : [{ sql, end }];
    });
    expect(tables.length).toBeGreaterThan(600);
    expect(wrong).toEqual([]);
  });

  it.each(['optimistic.curated.jsonl.gz', 'optimistic.random.jsonl.gz'])('for every DDL of %s', (file) => {
    const scenarios = linesOf(file);
    expect(scenarios.length).toBeGreaterThan(100);
    expect(scenarios.flatMap(checkSqlRoad)).toEqual([]);
  });
});

describe('compareRoad', () => {
  const expected = buildFrom('CREATE TABLE t (a INT, b BINARY(2))');

  it('shows what differs', () => {
    const end = compareRoad(() => altered(expected, 'ALTER TABLE t MODIFY a BIGINT'), expected);
    expect(end).toMatchObject({ kind: 'differs', expected: [expect.any(String)], actual: [expect.any(String)] });
  });

  it('shows a refusal', () => {
    const end = compareRoad(() => altered(expected, 'ALTER TABLE t DROP z'), expected);
    expect(end).toMatchObject({ kind: 'refused', error: { code: 'DDL_NOT_APPLICABLE' } });
  });

  it('forgives damaged bytes of BINARY defaults only', () => {
    const road = (sql: string) => (): ReturnType<typeof buildFrom> => buildFrom(sql);
    const damaged = buildFrom("CREATE TABLE t (a BINARY(2) DEFAULT x'efbfbdefbfbd')");
    expect(compareRoad(road("CREATE TABLE t (a BINARY(2) DEFAULT x'fffe')"), damaged).kind).toBe('equal');
    expect(compareRoad(road("CREATE TABLE t (a BINARY(2) DEFAULT x'4142')"), damaged).kind).toBe('differs');
  });
});

describe('checkSqlRoad', () => {
  it('reports the scenario, the step and the statement', () => {
    const [scenario] = linesOf('optimistic.curated.jsonl.gz');
    const text = JSON.stringify(scenario).replaceAll('ADD COLUMN `c1` INT', 'ADD COLUMN `c1` BIGINT');
    const [first] = checkSqlRoad(JSON.parse(text));
    expect(first).toMatchObject({
      case: 'add-column-2-shards',
      step: 0,
      field: expect.stringContaining('ADD COLUMN `c1` BIGINT'),
    });
  });
});
