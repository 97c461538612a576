import { describe, expect, it } from '@jest/globals';
import { parseExpression } from '../../../src/core/ddl/index';
import { refusalOf } from './refusal';

describe('errors say where and what was expected', () => {
  it.each([
    ['', 1, 1, 'a statement'],
    ['  -- only a comment\n', 2, 1, 'a statement'],
    ['ALTER TABLE', 1, 12, "a table's name"],
    ['CREATE TABLE t (', 1, 17, "a column's name"],
    ['CREATE TABLE t (id badtype)', 1, 20, 'a data type'],
    ['CREATE TABLE t (a INT', 1, 22, '")"'],
    ['CREATE TABLE t (a VARCHAR)', 1, 26, 'a width in brackets'],
    ['CREATE TABLE t (a INT NOT b)', 1, 23, '")"'],
    ['CREATE TABLE t (a INT COMMENT b)', 1, 31, 'a comment'],
    ['CREATE TABLE t (a INT DEFAULT)', 1, 30, 'an expression'],
    ['CREATE TABLE t (a TIMESTAMP DEFAULT now)', 1, 37, 'a literal or an expression in brackets'],
    ["CREATE TABLE t (a INT DEFAULT 'x)", 1, 31, 'a string that is closed'],
    ['ALTER TABLE t ADD COLUMN `c int', 1, 26, 'a quoted name that is closed'],
    ['ALTER TABLE t\n  DROP a,\n  DRAP b', 3, 3, 'a change of the table'],
    ['ALTER TABLE `𝒳表` ADD COLUMN c ?', 1, 31, 'a data type'],
    ['ALTER TABLE t ADD c enum()', 1, 26, 'a string'],
    ['ALTER TABLE t MAX_ROWS=0x112233445566778899', 1, 24, 'a number'],
    ['ALTER TABLE t ADD c INT NOT NULL CHARSET utf8', 1, 34, 'the character set right after the type'],
    ['ALTER TABLE t LOCK=x', 1, 20, 'DEFAULT or NONE or SHARED or EXCLUSIVE'],
    ['ALTER TABLE t /* open', 1, 15, 'a comment that is closed by "*/"'],
    ['ALTER TABLE t /*!50100 DROP a', 1, 15, 'a comment that is closed by "*/"'],
    ['RENAME TABLE a', 1, 15, 'TO'],
    ['DROP TABLE a; DROP TABLE b', 1, 15, 'one statement only'],
    ['INSERT INTO t VALUES (1); COMMIT', 1, 27, 'one statement only'],
    ['DROP TABLE a b', 1, 14, 'the end of the statement'],
    ['FROBNICATE x', 1, 1, 'a statement'],
    ['CREATE SOMETHING x', 1, 1, 'a statement'],
    ['CREATE TABLE t (a INT DEFAULT 1e999999999)', 1, 31, 'a number within the range of DOUBLE'],
    ["ALTER TABLE t ADD c INT DEFAULT x'4'", 1, 33, 'pairs of hexadecimal digits'],
    ['ALTER TABLE t ADD \\c INT', 1, 19, 'a token of SQL'],
  ])('%j', (sql, line, column, expected) => {
    expect(refusalOf(sql)).toMatchObject({ code: 'DDL_SYNTAX', fields: { line, column, expected } });
  });

  it('shows what was found', () => {
    expect(() => parseExpression('a + )')).toThrow('line 1, column 5: expected an expression, found ")"');
    expect(() => parseExpression('a b')).toThrow('line 1, column 3: expected the end of the expression, found "b"');
    expect(() => parseExpression('a +')).toThrow('found the end of the statement');
  });
});

describe('valid DDL that cannot be coordinated', () => {
  it.each([
    ['CREATE TABLE t SELECT 1', 'CREATE TABLE … SELECT'],
    ['CREATE TABLE t TABLE u', 'CREATE TABLE … SELECT'],
    ['CREATE TABLE t (a INT) VALUES ROW(1)', 'CREATE TABLE … SELECT'],
    ['CREATE TABLE t (a INT) ENGINE=x IGNORE AS SELECT 1', 'CREATE TABLE … SELECT'],
    ['ALTER TABLE t ADD CHECK (a IN (1, (SELECT 1)))', 'a subquery'],
    ['CREATE TABLE t (SELECT 1)', 'CREATE TABLE … SELECT'],
    ['CREATE TABLE t ((SELECT 1) UNION SELECT 2)', 'CREATE TABLE … SELECT'],
    ['CREATE TABLE t (a INT) (SELECT 1)', 'CREATE TABLE … SELECT'],
    ['CREATE TABLE t ENGINE=x AS SELECT 1', 'CREATE TABLE … SELECT'],
    ['CREATE TABLE t PARTITION BY HASH (a) WITH c AS (SELECT 1 a) SELECT a FROM c', 'CREATE TABLE … SELECT'],
  ])('%s', (sql, what) => {
    expect(refusalOf(sql)).toMatchObject({ code: 'DDL_UNSUPPORTED', fields: { what } });
  });
});

describe('reserved words', () => {
  it.each(['select', 'Table', 'KEY', 'index', 'order', 'group', 'primary', 'default', 'int', 'read', 'range', 'to'])(
    '%s is no name without quotes',
    (word) => {
      expect(refusalOf(`CREATE TABLE ${word} (a INT)`)?.code).toBe('DDL_SYNTAX');
      expect(refusalOf(`ALTER TABLE t ADD COLUMN ${word} INT`)?.code).toBe('DDL_SYNTAX');
      expect(refusalOf(`CREATE TABLE \`${word}\` (\`${word}\` INT)`)).toBeNull();
      expect(refusalOf(`CREATE TABLE s.${word} (a INT)`)).toBeNull();
    },
  );

  it.each(
    `action after ascii auto_increment bit bool btree charset checksum columns comment data date datetime desc_ disk
    enforced engine enum first fixed format hash hour invisible json less list local lock_ modify names no now offset
    partitions password period position rank row row_format rows serial stats_persistent status storage system
    tablespace temporary text than time timestamp truncate type unknown user value variables view visible virtual_ x
    year b n _utf8mb4 $a 1a 0x 2e_ ä 𝒳`.split(/\s+/),
  )('%s is a name', (word) => {
    expect(refusalOf(`CREATE TABLE ${word} (${word} INT, KEY ${word} (${word}), CHECK (${word} > 0))`)).toBeNull();
    expect(refusalOf(`ALTER TABLE ${word} ADD ${word} INT AFTER ${word}, DROP ${word}, MODIFY ${word} INT`)).toBeNull();
    expect(refusalOf(`ALTER TABLE ${word} RENAME COLUMN ${word} TO ${word}, CHANGE ${word} ${word} INT`)).toBeNull();
  });
});
