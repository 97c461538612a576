import { describe, expect, it } from '@jest/globals';
import { parseExpression, parseStatement, printExpression, printStatement } from '../../../src/core/ddl/index';
import { refusalOf } from './refusal';

function print(sql: string): string {
  return printStatement(parseStatement(sql));
}

describe('comments', () => {
  it.each([
    '/* a */ALTER/**/TABLE# b\nt -- c\nDROP--\ta\n/* ; */a-- d',
    '-- x\n\r\f\v ALTER TABLE t DROP a;',
    'ALTER TABLE t DROP a # ;',
    'ALTER TABLE t /*!50100 DROP */ a',
    '/*!ALTER TABLE t*/ DROP a',
    '/*!080013 ALTER TABLE t DROP a */',
    'ALTER TABLE t /*M! DROP */ a',
    'ALTER TABLE t /*M!100100 DROP a*/',
    'ALTER TABLE t /*T! DROP */ a',
    'ALTER TABLE t /*T![auto_rand] DROP */ a',
    'ALTER TABLE t /*T![auto_rand, ttl] DROP */ a',
    'ALTER TABLE t /*! DROP /* within */ a */',
    'ALTER TABLE t DROP a /*+ hint */',
    '/*!999999\\- enable the sandbox mode */ ALTER TABLE t DROP a',
    'ALTER TABLE t /*!99999 ADD */ /*M!999999 ADD */ DROP a /*!90700 */',
  ])('%j', (sql) => {
    expect(print(sql)).toBe('ALTER TABLE `t` DROP COLUMN `a`');
  });

  it('two dashes without a blank are signs', () => {
    expect(printExpression(parseExpression('1--1'))).toBe('1--1');
  });

  it('the end of a comment outside of one is an error', () => {
    expect(refusalOf('ALTER TABLE t DROP a */')).toMatchObject({ fields: { line: 1, column: 22 } });
  });
});

describe('names', () => {
  it.each([
    ['`a``b`', '`a``b`'],
    ['`a b`', '`a b`'],
    ['表', '`表`'],
    ['𝒳', '`𝒳`'],
    ['`😀`', '`😀`'],
    ['1a', '`1a`'],
    ['1e', '`1e`'],
    ['0xg', '`0xg`'],
    ['$a$', '`$a$`'],
    ['s.1', '`s`.`1`'],
    ['s.1e5', '`s`.`1e5`'],
    ['`s`.5a', '`s`.`5a`'],
    ['s . t', '`s`.`t`'],
    ['s.select', '`s`.`select`'],
    ['.t', '`t`'],
  ])('%s', (written, printed) => {
    expect(print(`TRUNCATE TABLE ${written}`)).toBe(`TRUNCATE TABLE ${printed}`);
  });

  it('are in double quotes with ansiQuotes only', () => {
    const sql = 'ALTER TABLE "a""b" COMMENT \'x\'';
    expect(refusalOf(sql)?.code).toBe('DDL_SYNTAX');
    expect(printStatement(parseStatement(sql, { ansiQuotes: true }))).toBe("ALTER TABLE `a\"b` COMMENT = 'x'");
  });
});

describe('literals', () => {
  it.each([
    [`'it''s'`, `'it''s'`],
    [`"it's ""q"""`, `'it''s "q"'`],
    [`'\\'\\"\\\\'`, `'''"\\\\'`],
    [`'\\0\\b\\t\\r\\Z\\x'`, `'\0\b\t\r\x1ax'`],
    [`'\\%\\_'`, `'\\\\%\\\\_'`],
    [`'a' "b" 'c'`, `'abc'`],
    [`N'x'`, `_UTF8'x'`],
    [`n'x'`, `_UTF8'x'`],
    [`_binary'x'`, `_BINARY'x'`],
    [`_utf8mb4 x'41'`, `_UTF8MB4 x'41'`],
    [`X'4D'`, `x'4d'`],
    [`x''`, `x''`],
    [`0x4d`, `x'4d'`],
    [`B'010'`, `b'10'`],
    [`b'0'`, `b'0'`],
    [`0b1`, `b'1'`],
    ['1', '1'],
    ['1.', '1'],
    ['.5', '0.5'],
    ['00.50', '0.50'],
    ['1e3', '1e+03'],
    ['1.5E-3', '1.5e-03'],
    ['12e300', '1.2e+301'],
    ['18446744073709551616', '18446744073709551616'],
    [`{d '2020-01-01'}`, `DATE '2020-01-01'`],
    [`TIMESTAMP'2020-01-01 00:00:00'`, `TIMESTAMP '2020-01-01 00:00:00'`],
    ['@a', '@a'],
    ['@@global.x', '@@global.x'],
  ])('%s', (written, printed) => {
    expect(printExpression(parseExpression(written))).toBe(printed);
  });
});
