import { describe, expect, it } from '@jest/globals';
import { createTableText } from '../../../src/core/table/create-table';
import { MemoryDatabase, SqlError } from '../../../sdk/plugins/database';
import type { Row } from '../../../sdk/plugin';

const rowsOf = (database: MemoryDatabase, table = 't'): Row[] => [...database.table('d', table).rows];

function withRows(createTable: string, ...rows: readonly Row[]): MemoryDatabase {
  const database = new MemoryDatabase();
  database.execute(createTable, 'd');
  insert(database, ...rows);
  return database;
}

function insert(database: MemoryDatabase, ...rows: readonly Row[]): void {
  const table = database.table('d', 't');
  for (const row of rows) table.insert(table.complete(row, database.now), false);
}

/** The number of the error, or `done`. */
function outcomeOf(action: () => unknown): number | string {
  try {
    action();
    return 'done';
  } catch (error) {
    if (error instanceof SqlError) return error.number;
    throw error;
  }
}

const BASE = 'CREATE TABLE t (id INT PRIMARY KEY, a INT, s VARCHAR(5), UNIQUE KEY u (a), KEY k (s))';

describe('a database in memory', () => {
  it.each<[string, Row[]]>([
    ['ADD COLUMN c INT', [{ id: 1, a: 5, s: 'x', c: null }]],
    ['ADD COLUMN c INT NOT NULL', [{ id: 1, a: 5, s: 'x', c: 0 }]],
    ["ADD COLUMN c VARCHAR(3) DEFAULT 'ab' FIRST", [{ id: 1, a: 5, s: 'x', c: 'ab' }]],
    ['ADD COLUMN c DATETIME(2) NOT NULL', [{ id: 1, a: 5, s: 'x', c: '0000-00-00 00:00:00.00' }]],
    ['ADD COLUMN (c INT, e INT DEFAULT 3)', [{ id: 1, a: 5, s: 'x', c: null, e: 3 }]],
    ['DROP COLUMN s', [{ id: 1, a: 5 }]],
    ['RENAME COLUMN a TO b', [{ id: 1, b: 5, s: 'x' }]],
    ['CHANGE COLUMN a b BIGINT', [{ id: 1, b: 5, s: 'x' }]],
    ['MODIFY COLUMN a VARCHAR(10)', [{ id: 1, a: '5', s: 'x' }]],
    ['MODIFY COLUMN a DECIMAL(6,2)', [{ id: 1, a: '5.00', s: 'x' }]],
    ['ADD COLUMN c INT, DROP COLUMN s, RENAME COLUMN c TO z', [{ id: 1, a: 5, z: null }]],
    ['RENAME INDEX u TO v', [{ id: 1, a: 5, s: 'x' }]],
    ['RENAME COLUMN IF EXISTS z TO y, RENAME INDEX IF EXISTS z TO y', [{ id: 1, a: 5, s: 'x' }]],
    ['CHANGE COLUMN IF EXISTS z y INT, MODIFY COLUMN IF EXISTS z INT', [{ id: 1, a: 5, s: 'x' }]],
    ['ALTER COLUMN IF EXISTS z DROP DEFAULT, DROP COLUMN IF EXISTS z', [{ id: 1, a: 5, s: 'x' }]],
  ])('keeps its rows over ALTER TABLE t %s', (change, rows) => {
    const database = withRows(BASE, { id: 1, a: 5, s: 'x' });
    database.execute(`ALTER TABLE t ${change}`, 'd');
    expect(rowsOf(database)).toEqual(rows);
  });

  it.each<[string, number]>([
    ['ALTER TABLE t ADD COLUMN A INT', 1060],
    ['ALTER TABLE t DROP COLUMN z', 1091],
    ['ALTER TABLE t DROP INDEX z', 1091],
    ['ALTER TABLE t ADD INDEX K (a)', 1061],
    ['CREATE INDEX k ON t (a)', 1061],
    ['DROP INDEX z ON t', 1091],
    ['ALTER TABLE t ADD PRIMARY KEY (a)', 1068],
    ['ALTER TABLE t RENAME COLUMN z TO y', 1054],
    ['ALTER TABLE t RENAME COLUMN a TO s', 1060],
    ['ALTER TABLE t RENAME INDEX z TO y', 1176],
    ['ALTER TABLE t MODIFY COLUMN s VARCHAR(1)', 1406],
    ['ALTER TABLE t MODIFY COLUMN s INT', 1366],
    ['ALTER TABLE t MODIFY COLUMN a INT NOT NULL', 1138],
    ['ALTER TABLE t ADD UNIQUE KEY w (s)', 1062],
    ['ALTER TABLE x ADD COLUMN c INT', 1146],
    ['CREATE TABLE t (id INT)', 1050],
    ['DROP TABLE x', 1051],
    ['DROP DATABASE x', 1008],
  ])('refuses %s with %i and changes nothing', (sql, number) => {
    const database = withRows(BASE, { id: 1, a: 5, s: 'xy' }, { id: 2, s: 'xy' });
    const before = [createTableText(database.table('d', 't').schema), rowsOf(database)];
    expect(outcomeOf(() => database.execute(sql, 'd'))).toBe(number);
    expect([createTableText(database.table('d', 't').schema), rowsOf(database)]).toEqual(before);
  });

  it('changes nothing if the second of two changes fails', () => {
    const database = withRows(BASE, { id: 1, a: 5, s: 'xy' });
    expect(outcomeOf(() => database.execute('ALTER TABLE t ADD COLUMN c INT, DROP COLUMN z', 'd'))).toBe(1091);
    expect(rowsOf(database)).toEqual([{ id: 1, a: 5, s: 'xy' }]);
  });

  it.each<[string, unknown, unknown]>([
    ['TINYINT', 127, 127],
    ['TINYINT', 128, 1264],
    ['TINYINT UNSIGNED', -1, 1264],
    ['BIGINT UNSIGNED', '18446744073709551615', '18446744073709551615'],
    ['BIGINT', '9223372036854775808', 1264],
    ['INT', '1.5', 2],
    ['INT', 'x', 1366],
    ['INT NOT NULL', null, 1048],
    ['DECIMAL(5,2)', '1.005', '1.01'],
    ['DECIMAL(5,2)', -0.004, '0.00'],
    ['DECIMAL(5,2)', '12345', 1264],
    ['DOUBLE', '1e3', 1000],
    ['FLOAT', '', 1366],
    ['VARCHAR(2)', 'äö', 'äö'],
    ['VARCHAR(2)', 'abc', 1406],
    ['CHAR(4)', 'ab  ', 'ab'],
    ['TINYTEXT', 'x'.repeat(256), 1406],
    ['DATE', '2024-02-29', '2024-02-29'],
    ['DATE', '2023-02-29', 1292],
    ['DATE', '0000-00-00', '0000-00-00'],
    ['DATETIME', '2024-01-02', '2024-01-02 00:00:00'],
    ['DATETIME(3)', '2024-01-02 03:04:05.6789', '2024-01-02 03:04:05.678'],
    ['DATETIME', '2024-01-02 25:00:00', 1292],
    ['TIME(1)', '-12:00:00', '-12:00:00.0'],
    ["ENUM('a','b')", 'B', 'b'],
    ["ENUM('a','b')", 'c', 1265],
    ["SET('a','b')", 'b,a', 'a,b'],
    ['JSON', '{"a": 1}', '{"a":1}'],
    ['JSON', '{', 3140],
    ['BOOL', true, 1],
    ['BIT(8)', 5, 5],
    ['YEAR', 2024, 2024],
  ])('%s keeps %j as %j', (type, given, expected) => {
    const database = withRows(`CREATE TABLE t (c ${type})`);
    const outcome = outcomeOf(() => insert(database, { c: given as never }));
    expect(typeof expected === 'number' && outcome !== 'done' ? outcome : rowsOf(database)[0]?.['c']).toEqual(expected);
  });

  it('fills rows up with defaults and counts', () => {
    const database = withRows(
      'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT DEFAULT 7, b INT, at DATETIME DEFAULT NOW(), g INT AS (a + 1))',
      {},
      { id: 10 },
      { a: 1 },
    );
    const now = database.now;
    expect(rowsOf(database)).toEqual([
      { id: 1, a: 7, b: null, at: now },
      { id: 10, a: 7, b: null, at: now },
      { id: 11, a: 1, b: null, at: now },
    ]);
  });

  it.each<[string, Row, number]>([
    ['the same primary key', { id: 1 }, 1062],
    ['the same unique key', { id: 2, a: 5 }, 1062],
    ['an unknown column', { id: 2, z: 1 }, 1054],
    ['nothing for a column without a default', { a: 1 }, 1364],
  ])('refuses a row with %s', (_name, row, number) => {
    const database = withRows('CREATE TABLE t (id INT NOT NULL, a INT, PRIMARY KEY (id), UNIQUE (a))', { id: 1, a: 5 });
    expect(outcomeOf(() => insert(database, row))).toBe(number);
  });

  it('passes over what isn’t there, and replaces what is, if it is told so', () => {
    const database = withRows(BASE, { id: 1 });
    database.execute('ALTER TABLE IF EXISTS z DROP COLUMN a', 'd');
    database.execute('RENAME TABLE IF EXISTS z TO y', 'd');
    database.execute('CREATE OR REPLACE INDEX k ON t (a)', 'd');
    const { indexes } = database.table('d', 't').schema;
    expect(indexes.map(({ parts }) => parts.map(({ column }) => column).join())).toEqual(['a', 'id', 'a']);
    database.execute('CREATE OR REPLACE DATABASE d', 'd');
    expect(outcomeOf(() => database.execute('ALTER TABLE t DROP COLUMN a', 'd'))).toBe(1146);
  });

  it('creates, renames, empties and drops tables', () => {
    const database = withRows(BASE, { id: 1 });
    database.execute('CREATE TABLE e.u LIKE t', 'd');
    database.execute('RENAME TABLE t TO v', 'd');
    expect(database.list().map(({ schema, table }) => `${schema}.${table}`)).toEqual(['d.v', 'e.u']);
    database.execute('TRUNCATE TABLE v', 'd');
    expect(rowsOf(database, 'v')).toEqual([]);
    database.execute('DROP TABLE IF EXISTS v, x', 'd');
    database.execute('DROP DATABASE e', 'd');
    expect(database.list()).toEqual([]);
  });
});
