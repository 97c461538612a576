import { describe, expect, it } from '@jest/globals';
import { altered, built, describeColumn } from './described';

function typed(definition: string, options = ''): string {
  const [column] = built(`CREATE TABLE t (c ${definition}) ${options}`).columns;
  return column === undefined ? 'no column' : describeColumn(column).slice('c '.length);
}

const UTF8MB4 = 'utf8mb4/utf8mb4_bin';

describe('types of columns', () => {
  it.each([
    ['TINYINT', '1 f0 (4,0)'],
    ['TINYINT UNSIGNED', '1 f32 (3,0)'],
    ['SMALLINT', '2 f0 (6,0)'],
    ['SMALLINT ZEROFILL', '2 f96 (5,0)'],
    ['MEDIUMINT UNSIGNED', '9 f32 (8,0)'],
    ['INT(3) UNSIGNED', '3 f32 (3,0)'],
    ['BIGINT UNSIGNED', '8 f32 (20,0)'],
    ['BOOL', '1 f0 (1,0)'],
    ['DECIMAL', '246 f0 (10,0)'],
    ['NUMERIC(8)', '246 f0 (8,0)'],
    ['DECIMAL(8,3) UNSIGNED', '246 f32 (8,3)'],
    ['FLOAT', '4 f0 (12,-1)'],
    ['FLOAT(24)', '4 f0 (12,-1)'],
    ['FLOAT(25)', '5 f0 (22,-1)'],
    ['FLOAT(7,2)', '4 f0 (7,2)'],
    ['DOUBLE', '5 f0 (22,-1)'],
    ['REAL(9,3)', '5 f0 (9,3)'],
    ['BIT', '16 f32 (1,0)'],
    ['BIT(33)', '16 f32 (33,0)'],
    ['YEAR', '13 f96 (4,0)'],
    ['DATE', '10 f128 (10,0)'],
    ['DATETIME', '12 f128 (19,0)'],
    ['TIMESTAMP(6)', '7 f128 (26,6)'],
    ['TIME(1)', '11 f128 (12,1)'],
    ['JSON', '245 f128 (4294967295,0)'],
    ['CHAR', `254 f0 (1,0) ${UTF8MB4}`],
    ['VARCHAR(7)', `15 f0 (7,0) ${UTF8MB4}`],
    ['BINARY(3)', '254 f128 (3,0)'],
    ['VARBINARY(3)', '15 f128 (3,0)'],
    ['TINYTEXT', `249 f0 (255,0) ${UTF8MB4}`],
    ['TEXT', `252 f0 (65535,0) ${UTF8MB4}`],
    ['LONGBLOB', '251 f128 (4294967295,0)'],
    ['TEXT(63)', `249 f0 (255,0) ${UTF8MB4}`],
    ['TEXT(64)', `252 f0 (65535,0) ${UTF8MB4}`],
    ['TEXT(64) CHARSET latin1', '249 f0 (255,0) latin1/latin1_bin'],
    ['TEXT(70000)', `250 f0 (16777215,0) ${UTF8MB4}`],
    ['BLOB(255)', '249 f128 (255,0)'],
    ['BLOB(256)', '252 f128 (65535,0)'],
    ['BLOB(4294967295)', '251 f128 (4294967295,0)'],
    ["ENUM('a','bcd ')", `247 f0 (4,0) ${UTF8MB4} [a|bcd]`],
    ["ENUM('ä')", `247 f0 (2,0) ${UTF8MB4} [ä]`],
    ["SET('a','bc','d')", `248 f0 (6,0) ${UTF8MB4} [a|bc|d]`],
  ])('%s', (definition, expected) => expect(typed(definition)).toBe(expected));
});

describe('what no server takes', () => {
  const many = (count: number): string => Array.from({ length: count }, (_, index) => `'m${index}'`).join();

  it.each([
    ['BIT(65)', 64],
    ['BIT(9007199254740991) DEFAULT 1', 64],
    ['INT(256)', 255],
    ['CHAR(256)', 255],
    ["BINARY(4294967295) DEFAULT 'x'", 255],
    ['DECIMAL(66)', 65],
    ['DECIMAL(65,39)', 38],
    ['DECIMAL(3,4)', 3],
    ['DOUBLE(256,1)', 255],
    ['FLOAT(5,6)', 5],
    ['DATETIME(7)', 6],
    ['TIMESTAMP(9007199254740991) DEFAULT NOW()', 6],
    ["TIME(7) DEFAULT '1:1'", 6],
    [`ENUM(${many(65_536)})`, 65_535],
    [`ENUM(${many(250_000)})`, 65_535],
    [`SET(${many(65)})`, 64],
  ])('row %#', (definition, most) =>
    expect(() => typed(definition)).toThrow(
      expect.objectContaining({ code: 'DDL_NOT_APPLICABLE', fields: expect.objectContaining({ column: 'c', most }) }),
    ),
  );

  it.each(['VARCHAR(4294967295)', 'TEXT(4294967296)', 'BIGINT AUTO_RANDOM(16)'])('%s', (definition) =>
    expect(() => typed(definition)).toThrow(expect.objectContaining({ code: 'DDL_NOT_APPLICABLE' })),
  );

  it.each([4097, 150_000])('%d columns', (count) => {
    const columns = Array.from({ length: count }, (_, index) => `c${index} INT`).join();
    expect(() => built(`CREATE TABLE t (${columns})`)).toThrow(
      expect.objectContaining({ code: 'DDL_NOT_APPLICABLE', fields: { columns: count } }),
    );
  });

  it('one column more than the most', () => {
    const full = built(`CREATE TABLE t (${Array.from({ length: 4096 }, (_, index) => `c${index} INT`).join()})`);
    expect(() => altered(full, 'ALTER TABLE t ADD c INT')).toThrow(
      expect.objectContaining({ code: 'DDL_NOT_APPLICABLE', fields: { columns: 4097 } }),
    );
  });
});

describe('the greatest that is taken', () => {
  it.each([
    ['VARCHAR(16383)', '15 f0 (16383,0)'],
    ['VARCHAR(16384)', '250 f0 (16777215,0)'],
    ['VARCHAR(65535) CHARSET latin1', '15 f0 (65535,0)'],
    ['VARBINARY(65536)', '250 f128 (16777215,0)'],
    ['DECIMAL(65,38)', '246 f0 (65,38)'],
    ['BIT(64)', '16 f32 (64,0)'],
    [`ENUM('${' '.repeat(100_000)}b')`, '247 f0 (100001,0)'],
  ])('row %#', (definition, expected) => expect(typed(definition).startsWith(expected)).toBe(true));
});

describe('charsets of columns', () => {
  it.each([
    ['CHAR(2) CHARSET utf8', '', '254 f0 (2,0) utf8/utf8_bin'],
    ['CHAR(2) CHARSET utf8mb3', '', '254 f0 (2,0) utf8/utf8_bin'],
    ['CHAR(2) COLLATE latin1_swedish_ci', '', '254 f0 (2,0) latin1/latin1_swedish_ci'],
    ['CHAR(2) CHARSET binary', '', '254 f128 (2,0)'],
    ['CHAR(2) COLLATE binary', '', '254 f128 (2,0)'],
    ['CHAR(2)', 'CHARSET binary', '254 f128 (2,0)'],
    ["ENUM('a')", 'CHARSET binary', '247 f128 (1,0) [a]'],
    ['CHAR(2)', 'COLLATE utf8mb4_general_ci', '254 f0 (2,0) utf8mb4/utf8mb4_general_ci'],
    ['CHAR(2) CHARSET utf8mb4', 'COLLATE utf8mb4_general_ci', `254 f0 (2,0) ${UTF8MB4}`],
    ['CHAR(2) BINARY', 'COLLATE utf8mb4_general_ci', `254 f0 (2,0) ${UTF8MB4}`],
    ['CHAR(2) BINARY COLLATE utf8mb4_general_ci', '', '254 f0 (2,0) utf8mb4/utf8mb4_general_ci'],
    ['INT', 'CHARSET latin1', '3 f0 (11,0)'],
  ])('%s in a table %s', (definition, options, expected) => expect(typed(definition, options)).toBe(expected));

  it("takes the database's charset if nobody names one", () => {
    const schema = built('CREATE TABLE t (c CHAR(2))', { charset: 'latin1', collation: 'latin1_swedish_ci' });
    expect(schema.collation).toBe('latin1_swedish_ci');
    expect(schema.columns.map(describeColumn)).toEqual(['c 254 f0 (2,0) latin1/latin1_swedish_ci']);
  });
});

describe('flags of columns', () => {
  it.each([
    ['INT NOT NULL', '3 f4097 (11,0)'],
    ['INT NULL NOT NULL', '3 f4097 (11,0)'],
    ['INT NOT NULL NULL', '3 f0 (11,0)'],
    ['INT NOT NULL DEFAULT 1', '3 f1 (11,0) default "1"'],
    ['INT PRIMARY KEY', '3 f4099 (11,0)'],
    ['INT DEFAULT 1 PRIMARY KEY', '3 f3 (11,0) default "1"'],
    ['INT AUTO_INCREMENT UNIQUE', '3 f517 (11,0)'],
    ['SERIAL', '8 f549 (20,0)'],
    ['YEAR NOT NULL', '13 f4193 (4,0) default "0000"'],
    ['YEAR NOT NULL DEFAULT 2000', '13 f97 (4,0) default "2000"'],
    ['DATETIME(3) ON UPDATE CURRENT_TIMESTAMP(3)', '12 f8320 (23,3)'],
    ["INT COMMENT 'why'", '3 f0 (11,0) comment why'],
  ])('%s', (definition, expected) => expect(typed(definition)).toBe(expected));
});
