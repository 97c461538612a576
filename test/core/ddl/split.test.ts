import { describe, expect, it } from '@jest/globals';
import {
  classify,
  firstColumnChange,
  parseStatement,
  printStatement,
  routeStatement,
  splitStatement,
} from '../../../src/core/ddl/index';
import type { TablePair } from '../../../src/core/ddl/index';

function split(sql: string): { sql: string; spec: string | null; tables: readonly TablePair[]; routed: string }[] {
  return splitStatement(parseStatement(sql), 'cur').map((piece) => ({
    sql: printStatement(piece.statement),
    spec: piece.spec,
    tables: piece.tables,
    routed: printStatement(
      routeStatement(
        piece,
        piece.tables.map((_, index): TablePair => ['d', `t${index}`]),
      ),
    ),
  }));
}

describe('splitting, completing and routing', () => {
  it.each([
    [
      'CREATE TABLE t (a INT REFERENCES u (b))',
      [
        [
          'CREATE TABLE IF NOT EXISTS `cur`.`t` (`a` INT REFERENCES `u`(`b`))',
          null,
          'cur.t',
          'CREATE TABLE IF NOT EXISTS `d`.`t0` (`a` INT REFERENCES `u`(`b`))',
        ],
      ],
    ],
    [
      'CREATE OR REPLACE TABLE t (a INT)',
      [['CREATE OR REPLACE TABLE `cur`.`t` (`a` INT)', null, 'cur.t', 'CREATE OR REPLACE TABLE `d`.`t0` (`a` INT)']],
    ],
    [
      'CREATE OR REPLACE DATABASE x',
      [['CREATE OR REPLACE DATABASE `x`', null, 'x.', 'CREATE OR REPLACE DATABASE `d`']],
    ],
    [
      'CREATE OR REPLACE INDEX i ON t (a)',
      [
        [
          'CREATE OR REPLACE INDEX `i` ON `cur`.`t` (`a`)',
          null,
          'cur.t',
          'CREATE OR REPLACE INDEX `i` ON `d`.`t0` (`a`)',
        ],
      ],
    ],
    [
      'ALTER TABLE IF EXISTS t DROP a, RENAME COLUMN IF EXISTS b TO c',
      [
        [
          'ALTER TABLE IF EXISTS `cur`.`t` DROP COLUMN `a`',
          '4',
          'cur.t',
          'ALTER TABLE IF EXISTS `d`.`t0` DROP COLUMN `a`',
        ],
        [
          'ALTER TABLE IF EXISTS `cur`.`t` RENAME COLUMN IF EXISTS `b` TO `c`',
          '10',
          'cur.t',
          'ALTER TABLE IF EXISTS `d`.`t0` RENAME COLUMN IF EXISTS `b` TO `c`',
        ],
      ],
    ],
    [
      'ALTER TABLE t CONVERT TABLE u TO PARTITION p DEFAULT, CONVERT PARTITION q TO TABLE s.v',
      [
        [
          'ALTER TABLE `cur`.`t` CONVERT TABLE `cur`.`u` TO PARTITION `p` DEFAULT',
          '0',
          'cur.t cur.u',
          'ALTER TABLE `d`.`t0` CONVERT TABLE `d`.`t1` TO PARTITION `p` DEFAULT',
        ],
        [
          'ALTER TABLE `cur`.`t` CONVERT PARTITION `q` TO TABLE `s`.`v`',
          '0',
          'cur.t s.v',
          'ALTER TABLE `d`.`t0` CONVERT PARTITION `q` TO TABLE `d`.`t1`',
        ],
      ],
    ],
    [
      "ALTER TABLE t PARTITION p ATTRIBUTES='x', MERGE FIRST PARTITION LESS THAN (1)",
      [
        [
          "ALTER TABLE `cur`.`t` PARTITION `p` ATTRIBUTES='x'",
          '20',
          'cur.t',
          "ALTER TABLE `d`.`t0` PARTITION `p` ATTRIBUTES='x'",
        ],
        [
          'ALTER TABLE `cur`.`t` MERGE FIRST PARTITION LESS THAN (1)',
          '58',
          'cur.t',
          'ALTER TABLE `d`.`t0` MERGE FIRST PARTITION LESS THAN (1)',
        ],
      ],
    ],
    [
      'RENAME TABLE IF EXISTS a TO b, c TO d',
      [
        [
          'RENAME TABLE IF EXISTS `cur`.`a` TO `cur`.`b`',
          null,
          'cur.a cur.b',
          'RENAME TABLE IF EXISTS `d`.`t0` TO `d`.`t1`',
        ],
        [
          'RENAME TABLE IF EXISTS `cur`.`c` TO `cur`.`d`',
          null,
          'cur.c cur.d',
          'RENAME TABLE IF EXISTS `d`.`t0` TO `d`.`t1`',
        ],
      ],
    ],
    [
      'CREATE TABLE t LIKE u',
      [
        [
          'CREATE TABLE IF NOT EXISTS `cur`.`t` LIKE `cur`.`u`',
          null,
          'cur.t cur.u',
          'CREATE TABLE IF NOT EXISTS `d`.`t0` LIKE `d`.`t1`',
        ],
      ],
    ],
    [
      'DROP TABLE a, s.b',
      [
        ['DROP TABLE IF EXISTS `cur`.`a`', null, 'cur.a', 'DROP TABLE IF EXISTS `d`.`t0`'],
        ['DROP TABLE IF EXISTS `s`.`b`', null, 's.b', 'DROP TABLE IF EXISTS `d`.`t0`'],
      ],
    ],
    [
      'RENAME TABLE a TO s.b, c TO e',
      [
        ['RENAME TABLE `cur`.`a` TO `s`.`b`', null, 'cur.a s.b', 'RENAME TABLE `d`.`t0` TO `d`.`t1`'],
        ['RENAME TABLE `cur`.`c` TO `cur`.`e`', null, 'cur.c cur.e', 'RENAME TABLE `d`.`t0` TO `d`.`t1`'],
      ],
    ],
    [
      'ALTER TABLE s.t ADD (a INT, b INT, KEY (a)), RENAME u, DROP c, LOCK NONE',
      [
        ['ALTER TABLE `s`.`t` ADD COLUMN `a` INT', '2', 's.t', 'ALTER TABLE `d`.`t0` ADD COLUMN `a` INT'],
        ['ALTER TABLE `s`.`t` ADD COLUMN `b` INT', '2', 's.t', 'ALTER TABLE `d`.`t0` ADD COLUMN `b` INT'],
        ['ALTER TABLE `s`.`t` ADD INDEX(`a`)', '3', 's.t', 'ALTER TABLE `d`.`t0` ADD INDEX(`a`)'],
        ['ALTER TABLE `s`.`t` RENAME AS `cur`.`u`', '11', 's.t cur.u', 'ALTER TABLE `d`.`t0` RENAME AS `d`.`t1`'],
        ['ALTER TABLE `cur`.`u` DROP COLUMN `c`', '4', 'cur.u', 'ALTER TABLE `d`.`t0` DROP COLUMN `c`'],
        ['ALTER TABLE `cur`.`u` LOCK = NONE', '13', 'cur.u', 'ALTER TABLE `d`.`t0` LOCK = NONE'],
      ],
    ],
    [
      'ALTER TABLE t ADD (a INT)',
      [['ALTER TABLE `cur`.`t` ADD COLUMN (`a` INT)', '2', 'cur.t', 'ALTER TABLE `d`.`t0` ADD COLUMN (`a` INT)']],
    ],
    [
      'ALTER TABLE t ADD (a INT, KEY (a))',
      [
        [
          'ALTER TABLE `cur`.`t` ADD COLUMN (`a` INT, INDEX(`a`))',
          '2',
          'cur.t',
          'ALTER TABLE `d`.`t0` ADD COLUMN (`a` INT, INDEX(`a`))',
        ],
      ],
    ],
    [
      'ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u',
      [
        [
          'ALTER TABLE `cur`.`t` EXCHANGE PARTITION `p` WITH TABLE `u`',
          '36',
          'cur.t cur.u',
          'ALTER TABLE `d`.`t0` EXCHANGE PARTITION `p` WITH TABLE `d`.`t1`',
        ],
      ],
    ],
    [
      'DROP INDEX i ON t',
      [
        [
          'DROP INDEX /*T! IF EXISTS  */`i` ON `cur`.`t`',
          null,
          'cur.t',
          'DROP INDEX /*T! IF EXISTS  */`i` ON `d`.`t0`',
        ],
      ],
    ],
    [
      'CREATE INDEX i ON t (a)',
      [['CREATE INDEX `i` ON `cur`.`t` (`a`)', null, 'cur.t', 'CREATE INDEX `i` ON `d`.`t0` (`a`)']],
    ],
    ['TRUNCATE t', [['TRUNCATE TABLE `cur`.`t`', null, 'cur.t', 'TRUNCATE TABLE `d`.`t0`']]],
    ['CREATE DATABASE x', [['CREATE DATABASE IF NOT EXISTS `x`', null, 'x.', 'CREATE DATABASE IF NOT EXISTS `d`']]],
    ['DROP DATABASE x', [['DROP DATABASE IF EXISTS `x`', null, 'x.', 'DROP DATABASE IF EXISTS `d`']]],
    [
      'ALTER DATABASE COLLATE latin1_bin',
      [['ALTER DATABASE `cur` COLLATE = latin1_bin', null, 'cur.', 'ALTER DATABASE `d` COLLATE = latin1_bin']],
    ],
    ['INSERT INTO t VALUES (1)', []],
    ['CREATE VIEW v AS SELECT 1', []],
  ])('%s', (sql, expected) => {
    const actual = split(sql).map((piece) => [
      piece.sql,
      piece.spec,
      piece.tables.map((pair) => pair.join('.')).join(' '),
      piece.routed,
    ]);
    expect(actual).toEqual(expected);
  });

  it('numbers the changes as DM does', () => {
    const changes: readonly (readonly [string, string])[] = [
      ['ENGINE x', '1'],
      ['CONVERT TO CHARSET utf8', '1'],
      ['ADD CHECK (a)', '3'],
      ['DROP PRIMARY KEY', '5'],
      ['DROP KEY a', '6'],
      ['DROP FOREIGN KEY a', '7'],
      ['MODIFY a INT', '8'],
      ['CHANGE a a INT', '9'],
      ['RENAME COLUMN a TO b', '10'],
      ['ALTER a DROP DEFAULT', '12'],
      ['ALTER a SET DEFAULT 1', '12'],
      ['ALGORITHM COPY', '15'],
      ['RENAME KEY a TO b', '16'],
      ['FORCE', '17'],
      ['ADD PARTITION PARTITIONS 1', '18'],
      ['COALESCE PARTITION 1', '22'],
      ['DROP PARTITION a', '23'],
      ['TRUNCATE PARTITION a', '24'],
      ['PARTITION BY HASH (a)', '25'],
      ['ENABLE KEYS', '26'],
      ['DISABLE KEYS', '27'],
      ['REMOVE PARTITIONING', '28'],
      ['WITH VALIDATION', '29'],
      ['WITHOUT VALIDATION', '30'],
      ['SECONDARY_UNLOAD', '32'],
      ['REBUILD PARTITION ALL', '33'],
      ['REORGANIZE PARTITION', '34'],
      ['CHECK PARTITION ALL', '35'],
      ['OPTIMIZE PARTITION ALL', '37'],
      ['REPAIR PARTITION ALL', '38'],
      ['IMPORT PARTITION ALL TABLESPACE', '39'],
      ['DISCARD PARTITION ALL TABLESPACE', '40'],
      ['ALTER CHECK a ENFORCED', '41'],
      ['DROP CHECK a', '42'],
      ['IMPORT TABLESPACE', '43'],
      ['DISCARD TABLESPACE', '44'],
      ['ALTER INDEX a VISIBLE', '45'],
      ['ORDER BY a', '46'],
    ];
    for (const [change, number] of changes) {
      expect([change, split(`ALTER TABLE t ${change}`).map(({ spec }) => spec)]).toEqual([change, [number]]);
    }
  });
});

describe('classification', () => {
  it.each([
    ['CREATE TABLE t LIKE u', 'CreateTableStmt', true],
    ['DROP VIEW v', 'DropTableStmt', true],
    ['ALTER TABLE t ANALYZE PARTITION ALL', 'AnalyzeTableStmt', false],
    ['ALTER TABLE t COMPACT PARTITION p TIFLASH REPLICA', 'CompactTableStmt', false],
    ['CREATE DEFINER=`a`@`%` SQL SECURITY INVOKER VIEW v AS SELECT 1', 'CreateViewStmt', true],
    ['CREATE OR REPLACE VIEW v AS SELECT 1', 'CreateViewStmt', true],
    ['CREATE SEQUENCE s', 'CreateSequenceStmt', true],
    ['CREATE PROCEDURE p() BEGIN SELECT 1; END', 'ProcedureInfo', false],
    ['CREATE DEFINER=a TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a=1; END', 'CreateTriggerStmt', false],
    ['BEGIN', 'BeginStmt', false],
    ['START TRANSACTION', 'BeginStmt', false],
    ['commit;', 'CommitStmt', false],
    ['INSERT INTO t VALUES (1)', 'InsertStmt', false],
    ['REPLACE INTO t VALUES (1)', 'InsertStmt', false],
    ['UPDATE t SET a = 1', 'UpdateStmt', false],
    ['SET NAMES utf8', 'SetStmt', false],
    ['SET PASSWORD = x', 'SetPwdStmt', false],
    ['FLUSH PRIVILEGES', 'FlushStmt', false],
    ['ANALYZE TABLE t', 'AnalyzeTableStmt', false],
    ['GRANT ALL ON *.* TO u', 'GrantStmt', false],
    ['CREATE USER u', 'CreateUserStmt', false],
    ['RENAME USER a TO b', 'RenameUserStmt', false],
    ['SAVEPOINT a', 'SavepointStmt', false],
  ])('%s', (sql, kind, isDDL) => {
    expect(classify(parseStatement(sql))).toEqual({ kind, isDDL });
  });
});

describe('the first column that is added or dropped', () => {
  it.each([
    ['ALTER TABLE t ADD A INT, DROP b', { kind: 'add', column: 'A' }],
    ['ALTER TABLE t ADD (a INT, b INT)', { kind: 'add', column: 'a' }],
    ['ALTER TABLE t DROP b', { kind: 'drop', column: 'b' }],
    ['ALTER TABLE t ADD (KEY (a))', null],
    ['ALTER TABLE t MODIFY a INT, DROP b', null],
    ['DROP TABLE t', null],
  ])('%s', (sql, change) => {
    expect(firstColumnChange(parseStatement(sql))).toEqual(change);
  });
});
