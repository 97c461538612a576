import { describe, expect, it } from '@jest/globals';
import { altered, built } from './described';

/** Rows of a table of tests with their value, shortened, as the title. */
function titled<Rest extends unknown[]>(
  rows: readonly [type: string, value: string, ...rest: Rest][],
): [title: string, type: string, value: string, ...rest: Rest][] {
  return rows.map((row) => [`${row[0]} DEFAULT ${row[1].slice(0, 40)}`, ...row]);
}

function defaultOf(type: string, value: string): string | null | undefined {
  return built(`CREATE TABLE t (c ${type} DEFAULT ${value})`).columns[0]?.defaultValue;
}

describe('defaults', () => {
  it.each(
    titled<[string | null]>([
      ['INT', 'NULL', null],
      ['INT', "'1'", '1'],
      ['INT', '007', '7'],
      ['INT', '-1', '-1'],
      ['INT', '(-1)', '-1'],
      ['INT', '+1', '1'],
      ['INT', '1.5', '2'],
      ['INT', '-1.5', '-2'],
      ['INT', "'1.4'", '1'],
      ['INT', '1e2', '100'],
      ['INT', 'TRUE', '1'],
      ['INT', "x'0100'", '256'],
      ['INT', '(2 + 3 * 4)', '14'],
      ['BIGINT UNSIGNED', '18446744073709551615', '18446744073709551615'],
      ['DECIMAL(10,2)', '1.00', '1.00'],
      ['DECIMAL(10,2)', "'1.0'", '1.0'],
      ['DECIMAL(10,2)', '.5', '0.5'],
      ['DECIMAL(10,2)', '1e2', '100'],
      ['FLOAT', '1.50', '1.5'],
      ['FLOAT', '0.1', '0.1'],
      ['FLOAT(7,2)', '1.555', '1.56'],
      ['DOUBLE', '1e21', '1000000000000000000000'],
      ['DOUBLE', "'0.10'", '0.1'],
      ['VARCHAR(9)', "'a''b'", "a'b"],
      ['VARCHAR(9)', '1.50', '1.50'],
      ['VARCHAR(9)', "x'4142'", 'AB'],
      ['VARCHAR(9)', 'FALSE', '0'],
      ['BINARY(4)', "'ab'", 'ab\0\0'],
      ['BINARY(3)', "'ä'", 'ä\0'],
      ['BINARY(2)', "x'fffe'", '\udcff\udcfe'],
      ['BINARY(3)', "x'ff'", '\udcff\0\0'],
      ['VARBINARY(4)', "x'00'", '\0'],
      ['BIT(4)', "b'101'", '\x05'],
      ['BIT(16)', "b'100000001'", '\x01\x01'],
      ['BIT(16)', "x'0001'", '\0\x01'],
      ['BIT(16)', '256', '\x01\0'],
      ['BIT(8)', '0', '\0'],
      ['BIT(64)', '18446744073709551615', '\xff'.repeat(8)],
      ["ENUM('a','B')", "'B'", 'B'],
      ["ENUM('a','B')", '2', 'B'],
      ["ENUM('a','B')", "'1'", 'a'],
      ["ENUM('a','B') COLLATE utf8mb4_general_ci", "'b'", 'B'],
      ["SET('a','b','c')", "'c,a,c'", 'a,c'],
      ["SET('a','b','c')", "''", ''],
      ["SET('a','b','c')", '5', 'a,c'],
      ['YEAR', '2020', '2020'],
      ['DATE', "'2020-1-2'", '2020-01-02'],
      ['DATE', '20200102', '2020-01-02'],
      ['DATE', '(CURRENT_DATE)', 'CURRENT_DATE'],
      ['DATETIME', "'2020-01-02'", '2020-01-02 00:00:00'],
      ['DATETIME(3)', "'2020-01-02 03:04:05'", '2020-01-02 03:04:05.000'],
      ['DATETIME', '0', '0000-00-00 00:00:00'],
      ['DATETIME', "TIMESTAMP '2020-01-02 03:04:05'", '2020-01-02 03:04:05'],
      ['TIMESTAMP', 'NOW()', 'CURRENT_TIMESTAMP'],
      ['DATETIME(3)', 'CURRENT_TIMESTAMP(3)', 'CURRENT_TIMESTAMP'],
      ['DATETIME(3)', 'CURRENT_TIMESTAMP', 'CURRENT_TIMESTAMP'],
      ['TIME', "'1:2:3'", '01:02:03'],
      ['TIME(2)', "'10:00'", '10:00:00.00'],
      ['TIME', "'838:59:59'", '838:59:59'],
      ['INT', "'1e-999999999'", '0'],
      ['INT', "'0e999999999'", '0'],
      ['INT', '1e-999999999', '0'],
      ['INT', `${'0'.repeat(1000)}7`, '7'],
      ['INT', `0x${'00'.repeat(1000)}07`, '7'],
      ['BLOB', `0x${'41'.repeat(200_000)}`, 'A'.repeat(200_000)],
    ]),
  )('%s', (_, type, value, expected) => expect(defaultOf(type, value)).toBe(expected));

  it.each(
    titled<[string]>([
      ['VARCHAR(36)', '(UUID())', 'uuid()'],
      ['JSON', "(JSON_ARRAY(1, 'a'))", "json_array(1, _utf8mb4'a')"],
      ['VARCHAR(36)', '(NOW())', 'current_timestamp()'],
      ['INT', '(-LENGTH(1))', '-length(1)'],
      ['INT', '(1 DIV 2)', '1 div 2'],
      ['INT', 'b', '`b`'],
      ['DATE', '(NOW() + INTERVAL 1 DAY)', 'date_add(now(), interval 1 day)'],
      ['INT', `(1${'0'.repeat(300)} * 1${'0'.repeat(300)})`, `1${'0'.repeat(300)} * 1${'0'.repeat(300)}`],
    ]),
  )('keeps %s, which must be computed, as an expression', (_, type, value, expected) => {
    const [column] = built(`CREATE TABLE t (c ${type} DEFAULT ${value})`).columns;
    expect(column).toMatchObject({ defaultValue: expected, defaultIsExpression: true });
  });

  it.each(
    titled<[]>([
      ['BIT(2)', '4'],
      ['BIT(2)', '-1'],
      ["ENUM('a')", "'b'"],
      ["ENUM('a')", '2'],
      ["ENUM('a','B')", "'b'"],
      ["SET('a')", "'a,b'"],
      ["SET('a')", '2'],
      ['DATE', "'2020-02-30'"],
      ['DATETIME', "'soon'"],
      ['TIME', "'10:70'"],
      ['TIME', "'839:00:00'"],
      ['TIME', `'${'9'.repeat(400)} 1:1:1'`],
      ['INT NOT NULL', 'NULL'],
      ['INT', "'1e999999999'"],
      ['INT', "'1e999999999999999999999'"],
      ['INT', '9'.repeat(100_000)],
      ['INT', `'${'9'.repeat(100_000)}'`],
      ['INT', `'${'9'.repeat(100_000)}.5'`],
      ['DECIMAL(10)', '9'.repeat(100_000)],
      ['DOUBLE', "'1e309'"],
      ['FLOAT', '1e39'],
      ['INT', `0x${'41'.repeat(100_000)}`],
      ['BIT(64)', `0x${'41'.repeat(100_000)}`],
      ['BIT(64)', `'${'A'.repeat(100_000)}'`],
      ["SET('a')", '9'.repeat(400)],
      ["SET('a')", `'${'9'.repeat(100_000)}'`],
    ]),
  )('refuses %s', (_, type, value) =>
    expect(() => defaultOf(type, value)).toThrow(expect.objectContaining({ code: 'DDL_NOT_APPLICABLE' })),
  );
});

describe('ALTER COLUMN', () => {
  const table = built("CREATE TABLE t (c INT NOT NULL, e ENUM('x','y') NOT NULL)");

  it('sets a default of the type of the column', () => {
    const [c, e] = altered(table, 'ALTER TABLE t ALTER c SET DEFAULT 5', 'ALTER TABLE t ALTER e SET DEFAULT 2').columns;
    expect(c).toMatchObject({ defaultValue: '5', type: { flags: 1 } });
    expect(e).toMatchObject({ defaultValue: 'y', type: { flags: 1 } });
  });

  it('drops it, and says so on nullable columns too', () => {
    const nullable = built('CREATE TABLE t (c INT DEFAULT 5)');
    const [c] = altered(nullable, 'ALTER TABLE t ALTER c DROP DEFAULT').columns;
    expect(c).toMatchObject({ defaultValue: null, type: { flags: 4096 } });
  });
});
