import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { RowChange, UpstreamEvent } from '../../../sdk';
import { MySqlDownstream, MySqlUpstream, compareMerged } from '../../../sdk/plugins/mysql';
import type { UpstreamStart } from '../../../sdk/plugins/mysql';
import { parseStatement } from '../../../src/core/ddl';
import { buildTable } from '../../../src/core/ddl/tracker';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';

jest.setTimeout(120_000);

const ALL_BYTES = `x'${Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join('')}'`;
const MANY = (count: number): string => Array.from({ length: count }, (_, index) => `'m${index}'`).join(', ');
const FRACTIONS = [0, 1, 2, 3, 4, 5, 6];

/** A type, and values that it may lose on the way, as SQL. NULL is added to each. */
const TYPES: readonly (readonly [type: string, values: readonly string[]])[] = [
  ['TINYINT', ['-128', '127', '0']],
  ['TINYINT UNSIGNED', ['0', '255']],
  ['SMALLINT', ['-32768', '32767']],
  ['SMALLINT UNSIGNED', ['65535']],
  ['MEDIUMINT', ['-8388608', '8388607']],
  ['MEDIUMINT UNSIGNED', ['16777215']],
  ['INT', ['-2147483648', '2147483647']],
  ['INT UNSIGNED ZEROFILL', ['7', '4294967295']],
  ['BIGINT', ['-9223372036854775808', '9223372036854775807', '9007199254740993']],
  ['BIGINT UNSIGNED', ['18446744073709551615', '9007199254740993']],
  [
    'DECIMAL(65,30)',
    ["'12345678901234567890123456789012345.123456789012345678901234567891'", '-0.000000000000000000000000000001'],
  ],
  ['DECIMAL(10,0)', ['-9999999999', '0']],
  ['DECIMAL(5,5)', ['-0.00001', '0.99999']],
  ['DECIMAL(18,9)', ['-123456789.987654321', '1']],
  ['FLOAT', ['0.1', '-3.40282e38', '1.17549e-38', '16777217', '123456.789']],
  ['DOUBLE', ['0.1', '1.7976931348623157e308', '-2.2250738585072014e-308', '1e15', '0.1 + 0.2']],
  ['BIT(1)', ["b'1'", "b'0'"]],
  ['BIT(12)', ["b'100000000001'"]],
  ['BIT(64)', ["b'1111111111111111111111111111111111111111111111111111111111111111'", "b'1'"]],
  ['DATE', ["'0000-00-00'", "'2020-00-00'", "'2020-02-30'", "'9999-12-31'", "'1000-01-01'", "'0001-01-01'"]],
  ['YEAR', ['0', '1901', '2155']],
  ...FRACTIONS.map((digits): readonly [string, readonly string[]] => [
    `DATETIME(${digits})`,
    [
      "'0000-00-00 00:00:00'",
      "'9999-12-31 23:59:59.987654'",
      "'2020-02-29 01:02:03.000009'",
      "'2020-00-00 00:00:00.5'",
    ],
  ]),
  ...FRACTIONS.map((digits): readonly [string, readonly string[]] => [
    `TIME(${digits})`,
    ["'838:59:59'", "'-838:59:59'", "'-00:00:00.999999'", "'-00:00:01.100000'", "'12:34:56.123456'", "'00:00:00'"],
  ]),
  ...FRACTIONS.map((digits): readonly [string, readonly string[]] => [
    `TIMESTAMP(${digits}) NULL`,
    ["'0000-00-00 00:00:00'", "'1970-01-01 00:00:01.000001'", "'2038-01-19 03:14:07.999999'", "'2021-03-28 02:30:00'"],
  ]),
  ['CHAR(10)', ["'ä€😀'", "' x '", "''"]],
  ['VARCHAR(300)', ["'ä€😀  '", `REPEAT('é', 300)`, "'\\0\\n\\r\\Z\\'\"\\\\%_'", "'\u{fffd}'", "'\u{feff}bom'"]],
  ['VARCHAR(20) CHARACTER SET latin1', ["'äöü€ÿ'", "x'818d8f909d'"]],
  ['CHAR(200) CHARACTER SET utf8mb3', ["REPEAT('ä', 200)"]],
  ['VARCHAR(20) CHARACTER SET gbk', ["'中文'"]],
  ['VARCHAR(20) CHARACTER SET sjis', ["'日本語'", "x'5c7e'"]],
  ['VARCHAR(20) CHARACTER SET cp1251', ["'Привет'"]],
  ['VARCHAR(20) CHARACTER SET ucs2', ["'ä中'"]],
  ['VARCHAR(20) CHARACTER SET utf16', ["'ä😀'"]],
  ['VARCHAR(20) CHARACTER SET utf32', ["'ä😀'"]],
  ['TINYTEXT', ["'ä'"]],
  ['MEDIUMTEXT', ["REPEAT('ä', 70000)"]],
  ['LONGTEXT', ["'x'"]],
  ['BINARY(8)', ["x'00ff000000000000'", "x'0000000000000000'", "'a'"]],
  ['VARBINARY(300)', [ALL_BYTES, "x'00'", "''"]],
  ['BLOB', [ALL_BYTES, "''"]],
  ['LONGBLOB', [`REPEAT(${ALL_BYTES}, 1000)`]],
  ["ENUM('a', 'B', 'ä')", ["'a'", "'B'", "'ä'", "'none of them'"]],
  ["ENUM('a', '中') CHARACTER SET gbk", ["'a'", "'中'", "'none of them'"]],
  ["SET('ä', 'ö') CHARACTER SET latin1", ["'ä'", "'ä,ö'", "''"]],
  ['LONGTEXT CHARACTER SET gbk', ["REPEAT('中', 70000)"]],
  [`ENUM(${MANY(300)})`, ["'m0'", "'m299'"]],
  ["SET('x', 'y', 'z')", ["''", "'x,z'", "'x,y,z'"]],
  [`SET(${MANY(64)})`, ["'m0'", "'m63'", "'m0,m33,m63'"]],
  ['JSON', ['\'{"ä": [1, 2.50, null, true, "\\\\u0000"], "n": 18446744073709551615}\'']],
];

let upstream: DatabaseServer;
let downstream: DatabaseServer;

beforeAll(async () => {
  [upstream, downstream] = await Promise.all([
    // Where the servers' clocks are doesn't matter.
    DatabaseServer.start(['--default-time-zone=+09:30']),
    DatabaseServer.start(['--default-time-zone=-05:00']),
  ]);
  for (const database of [upstream, downstream]) await database.execute('CREATE DATABASE v');
  for (const [index, [type]] of TYPES.entries())
    for (const database of [upstream, downstream])
      await database.use(async (connection) => {
        await connection.execute("SET sql_mode = ''");
        await connection.execute(`CREATE TABLE v.t${index} (id INT PRIMARY KEY, v ${type})`);
      });
});

afterAll(async () => {
  await Promise.all([upstream, downstream].map((database) => database.stop()));
});

/** Write the values of every type: inserted, the first of them updated to the last. */
async function writeAll(): Promise<void> {
  await upstream.use(async (connection) => {
    // Takes what strict mode refuses: days that don't exist, members that are none.
    await connection.execute("SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'");
    for (const [index, [, values]] of TYPES.entries()) {
      const rows = [...values, 'NULL'].map((value, row) => `(${row}, ${value})`).join(', ');
      await connection.execute(`INSERT INTO v.t${index} VALUES ${rows}`);
      await connection.execute(`INSERT INTO v.t${index} VALUES (100, ${values[0]})`);
      await connection.execute(`UPDATE v.t${index} SET v = ${values.at(-1)} WHERE id = 100`);
      await connection.execute(`INSERT INTO v.t${index} VALUES (101, ${values[0]})`);
      await connection.execute(`DELETE FROM v.t${index} WHERE id = 101`);
    }
  });
}

/** Carry everything that an upstream has to the downstream, without a coordinator. */
async function carry(start: UpstreamStart, repeated: boolean, between: () => Promise<void>): Promise<void> {
  const reading = new MySqlUpstream({ address: upstream.address, start, heartbeatMs: 100 });
  const writing = new MySqlDownstream({ address: downstream.address }, 'values');
  await writing.loadPosition();
  const schemas = new Map<string, TableSchema>();
  for (const table of await reading.tables()) {
    const statement = parseStatement(await reading.createTable(table, null));
    if (statement.kind === 'create-table') schemas.set(table.table, buildTable(statement));
  }
  await between();
  const stop = new AbortController();
  const changes: RowChange[] = [];
  for await (const event of reading.read(null, stop.signal)) {
    if (event.kind === 'idle') stop.abort();
    if (event.kind === 'rows') changes.push(changeOf(event, schemas, repeated));
  }
  await writing.apply(changes, null);
  await reading.close();
  await writing.close();
}

function changeOf(
  event: Extract<UpstreamEvent, { kind: 'rows' }>,
  schemas: ReadonlyMap<string, TableSchema>,
  repeated: boolean,
): RowChange {
  const { table, change, position, rows } = event;
  const schema = schemas.get(table.table);
  if (schema === undefined) throw new Error(`no schema of ${table.table}`);
  const columns = schema.columns.map(({ name }) => name);
  const decoded = 'decode' in rows ? rows.decode(schema) : rows;
  return { target: table, source: 's', table, change, position, rows: decoded, columns, repeated };
}

async function allDifferences(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [index, [type]] of TYPES.entries()) {
    const name = { schema: 'v', table: `t${index}` };
    const differences = await compareMerged([{ address: upstream.address, ...name }], {
      address: downstream.address,
      ...name,
    });
    found.push(...differences.map((difference) => `${type}: ${difference}`));
  }
  return found;
}

describe(`values of ${TYPES.length} types`, () => {
  it('arrive from the log bit by bit', async () => {
    await carry({ kind: 'now' }, false, writeAll);
    expect(await allDifferences()).toEqual([]);
  });

  it('arrive from a snapshot bit by bit, also where they are already', async () => {
    for (const [index] of TYPES.entries()) await downstream.execute(`DELETE FROM v.t${index} WHERE id < 2`);
    await carry({ kind: 'snapshot' }, false, () => Promise.resolve());
    await carry({ kind: 'snapshot' }, true, () => Promise.resolve());
    expect(await allDifferences()).toEqual([]);
  });
});
