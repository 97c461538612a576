import { describe, expect, it } from '@jest/globals';
import { parseStatement, printStatement } from '../../../src/core/ddl/index';

function print(sql: string): string {
  return printStatement(parseStatement(sql));
}

/** The definition of the only column of a table, without its name. */
function printColumn(definition: string): string {
  return print(`CREATE TABLE t (c ${definition})`).slice('CREATE TABLE `t` (`c` '.length, -1);
}

describe('data types', () => {
  it.each([
    ['integer', 'INT'],
    ['INT(11) UNSIGNED', 'INT(11) UNSIGNED'],
    ['BIGINT SIGNED', 'BIGINT'],
    ['int zerofill', 'INT UNSIGNED ZEROFILL'],
    ['INT1', 'TINYINT'],
    ['INT3', 'MEDIUMINT'],
    ['MIDDLEINT(5)', 'MEDIUMINT(5)'],
    ['INT8 UNSIGNED ZEROFILL', 'BIGINT UNSIGNED ZEROFILL'],
    ['BOOL', 'TINYINT(1)'],
    ['BOOLEAN NOT NULL', 'TINYINT(1) NOT NULL'],
    ['BIT', 'BIT(1)'],
    ['BIT(8)', 'BIT(8)'],
    ['DEC', 'DECIMAL'],
    ['NUMERIC(10)', 'DECIMAL(10)'],
    ['FIXED(6,1) UNSIGNED', 'DECIMAL(6,1) UNSIGNED'],
    ['REAL', 'DOUBLE'],
    ['DOUBLE PRECISION', 'DOUBLE'],
    ['DOUBLE(8,2)', 'DOUBLE(8,2)'],
    ['FLOAT(24)', 'FLOAT'],
    ['FLOAT(25)', 'DOUBLE'],
    ['FLOAT(7,3)', 'FLOAT(7,3)'],
    ['DATETIME(3)', 'DATETIME(3)'],
    ['YEAR(4) UNSIGNED ZEROFILL', 'YEAR(4)'],
    ['SQL_TSI_YEAR', 'YEAR'],
    ['CHAR', 'CHAR'],
    ['CHARACTER(3)', 'CHAR(3)'],
    ['NCHAR(4)', 'CHAR(4)'],
    ['NATIONAL CHARACTER(4)', 'CHAR(4)'],
    ['NATIONAL VARCHAR(4)', 'VARCHAR(4)'],
    ['NATIONAL CHAR VARYING(4)', 'VARCHAR(4)'],
    ['NCHAR VARCHAR(4)', 'VARCHAR(4)'],
    ['NVARCHAR(4)', 'VARCHAR(4)'],
    ['CHARACTER VARYING(30)', 'VARCHAR(30)'],
    ['LONG', 'MEDIUMTEXT'],
    ['LONG VARCHAR', 'MEDIUMTEXT'],
    ['LONG CHAR VARYING', 'MEDIUMTEXT'],
    ['LONG VARBINARY', 'MEDIUMBLOB'],
    ['LONG CHAR SET utf8', 'MEDIUMTEXT CHARACTER SET UTF8'],
    ['TEXT(100)', 'TEXT(100)'],
    ['BLOB(10)', 'BLOB(10)'],
    ['BINARY', 'BINARY'],
    ['VARBINARY(3)', 'VARBINARY(3)'],
    ['CHAR(4) CHARSET utf8mb4', 'CHAR(4) CHARACTER SET UTF8MB4'],
    ['TEXT CHAR SET latin1 BINARY', 'TEXT BINARY CHARACTER SET LATIN1'],
    ['VARCHAR(9) CHARACTER SET UTF8MB3', 'VARCHAR(9) CHARACTER SET UTF8'],
    ['CHAR(4) CHARACTER SET binary', 'BINARY(4)'],
    ['VARCHAR(4) CHARSET binary', 'VARBINARY(4)'],
    ['MEDIUMTEXT BYTE', 'MEDIUMBLOB'],
    ['CHAR(2) ASCII', 'CHAR(2) CHARACTER SET LATIN1'],
    [`ENUM('a','x''y') CHARSET utf8mb4 COLLATE utf8mb4_bin`, `ENUM('a','x''y') COLLATE utf8mb4_bin`],
    ["set ('a', 'b')", "SET('a','b')"],
    ["ENUM(x'61', 'b')", "ENUM('a','b')"],
    ['SERIAL', 'BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE KEY'],
    ["SERIAL COMMENT 'x'", "BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE KEY COMMENT 'x'"],
    ['POINT NOT NULL SRID 4326', 'POINT NOT NULL SRID 4326'],
    ['POINT REF_SYSTEM_ID=4326', 'POINT REF_SYSTEM_ID = 4326'],
    ['GEOMCOLLECTION', 'GEOMETRYCOLLECTION'],
    ['JSON', 'JSON'],
  ])('%s', (written, printed) => {
    expect(printColumn(written)).toBe(printed);
  });
});

describe('column options', () => {
  it.each([
    ['INT NULL DEFAULT 1 NOT NULL UNIQUE UNIQUE KEY', 'INT NULL DEFAULT 1 NOT NULL UNIQUE KEY UNIQUE KEY'],
    ['INT KEY', 'INT PRIMARY KEY'],
    ['INT PRIMARY KEY CLUSTERED', 'INT PRIMARY KEY /*T![clustered_index] CLUSTERED */'],
    ['INT PRIMARY KEY /*T![clustered_index] NONCLUSTERED */', 'INT PRIMARY KEY /*T![clustered_index] NONCLUSTERED */'],
    ['BIGINT AUTO_RANDOM(5)', 'BIGINT /*T![auto_rand] AUTO_RANDOM(5) */'],
    ['BIGINT AUTO_RANDOM(5, 54)', 'BIGINT /*T![auto_rand] AUTO_RANDOM(5, 54) */'],
    ['INT SERIAL DEFAULT VALUE', 'INT NOT NULL AUTO_INCREMENT UNIQUE KEY'],
    [`INT COMMENT "it's" COLLATE UTF8MB4_BIN`, `INT COMMENT 'it''s' COLLATE utf8mb4_bin`],
    ['INT COLUMN_FORMAT dynamic STORAGE disk', 'INT COLUMN_FORMAT DYNAMIC STORAGE DISK'],
    ['INT DEFAULT +1', 'INT DEFAULT +1'],
    ['INT DEFAULT - 1', 'INT DEFAULT -1'],
    ["BIT(3) DEFAULT b'0101'", "BIT(3) DEFAULT b'101'"],
    ["INT DEFAULT X'4D'", "INT DEFAULT x'4d'"],
    ['INT DEFAULT 0xABC', "INT DEFAULT x'0abc'"],
    ['INT DEFAULT 0b11', "INT DEFAULT b'11'"],
    ['DECIMAL DEFAULT 1.50', 'DECIMAL DEFAULT 1.50'],
    ['DECIMAL DEFAULT .5', 'DECIMAL DEFAULT 0.5'],
    ['DOUBLE DEFAULT 2E3', 'DOUBLE DEFAULT 2e+03'],
    ['INT DEFAULT 007', 'INT DEFAULT 7'],
    ['INT DEFAULT true', 'INT DEFAULT TRUE'],
    ["CHAR(1) DEFAULT 'a' 'b'", "CHAR(1) DEFAULT 'ab'"],
    ["CHAR(1) DEFAULT _latin1'a'", "CHAR(1) DEFAULT _LATIN1'a'"],
    ["CHAR(1) DEFAULT _utf8mb4'a'", "CHAR(1) DEFAULT 'a'"],
    ["CHAR(9) DEFAULT 'a\\\\b'", "CHAR(9) DEFAULT 'a\\\\b'"],
    ["CHAR(9) DEFAULT 'a\\nb'", "CHAR(9) DEFAULT 'a\nb'"],
    ['DATETIME DEFAULT now()', 'DATETIME DEFAULT CURRENT_TIMESTAMP()'],
    ['DATETIME(3) DEFAULT LOCALTIME(3)', 'DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3)'],
    ['DATETIME DEFAULT (CURRENT_TIMESTAMP)', 'DATETIME DEFAULT CURRENT_TIMESTAMP()'],
    ['TIMESTAMP DEFAULT 0 ON UPDATE LOCALTIMESTAMP', 'TIMESTAMP DEFAULT 0 ON UPDATE CURRENT_TIMESTAMP()'],
    ['CHAR(36) DEFAULT (uuid())', 'CHAR(36) DEFAULT (UUID())'],
    ['CHAR(36) DEFAULT uuid() NOT NULL', 'CHAR(36) DEFAULT (UUID()) NOT NULL'],
    ['INT DEFAULT (1 + 2)', 'INT DEFAULT (1+2)'],
    ['INT AS (a+1)', 'INT GENERATED ALWAYS AS(`a`+1) VIRTUAL'],
    ['INT GENERATED ALWAYS AS (a+1) stored NOT NULL', 'INT GENERATED ALWAYS AS(`a`+1) STORED NOT NULL'],
    ['INT AS (a+1) PERSISTENT', 'INT GENERATED ALWAYS AS(`a`+1) STORED'],
    ['INT CHECK (c > 0)', 'INT CHECK(`c`>0) ENFORCED'],
    ['INT CHECK (c > 0) NOT ENFORCED', 'INT CHECK(`c`>0) NOT ENFORCED'],
    ['INT NOT NULL CONSTRAINT ck CHECK (c > 0)', 'INT NOT NULL CONSTRAINT `ck` CHECK(`c`>0) ENFORCED'],
    ['INT REFERENCES t2 (id) ON DELETE SET NULL', 'INT REFERENCES `t2`(`id`) ON DELETE SET NULL'],
    [
      'TIMESTAMP REFERENCES t2 (id) ON UPDATE CURRENT_TIMESTAMP',
      'TIMESTAMP REFERENCES `t2`(`id`) ON UPDATE CURRENT_TIMESTAMP()',
    ],
    ['INT INVISIBLE', 'INT INVISIBLE'],
    ['INT WITHOUT SYSTEM VERSIONING', 'INT WITHOUT SYSTEM VERSIONING'],
  ])('%s', (written, printed) => {
    expect(printColumn(written)).toBe(printed);
  });
});

describe('keys and constraints', () => {
  it.each([
    ['ADD KEY (a)', 'ADD INDEX(`a`)'],
    ['ADD INDEX IF NOT EXISTS i (a)', 'ADD INDEX IF NOT EXISTS `i`(`a`)'],
    [
      "ADD KEY k USING BTREE (a, b(10) ASC, c DESC) INVISIBLE COMMENT 'x' KEY_BLOCK_SIZE 8",
      "ADD INDEX `k`(`a`, `b`(10), `c` DESC) KEY_BLOCK_SIZE=8 USING BTREE COMMENT 'x' INVISIBLE",
    ],
    ['ADD KEY k (a) IGNORED', 'ADD INDEX `k`(`a`) IGNORED'],
    ['ADD UNIQUE (a, p WITHOUT OVERLAPS)', 'ADD UNIQUE(`a`, `p` WITHOUT OVERLAPS)'],
    ['ADD KEY k TYPE HASH (a)', 'ADD INDEX `k`(`a`) USING HASH'],
    ['ADD KEY USING HASH (a) USING BTREE', 'ADD INDEX(`a`) USING HASH'],
    ['ADD UNIQUE INDEX u (a)', 'ADD UNIQUE `u`(`a`)'],
    ['ADD CONSTRAINT uq UNIQUE KEY k (a)', 'ADD UNIQUE `uq`(`a`)'],
    ['ADD CONSTRAINT UNIQUE k (a)', 'ADD UNIQUE `k`(`a`)'],
    ['ADD CONSTRAINT pk PRIMARY KEY (a DESC)', 'ADD PRIMARY KEY `pk`(`a` DESC)'],
    ['ADD PRIMARY KEY (a) NONCLUSTERED', 'ADD PRIMARY KEY(`a`) /*T![clustered_index] NONCLUSTERED */'],
    ['ADD FULLTEXT KEY f (a) WITH PARSER ngram', 'ADD FULLTEXT `f`(`a`) WITH PARSER `ngram`'],
    ['ADD SPATIAL KEY s (g)', 'ADD SPATIAL INDEX `s`(`g`)'],
    ['ADD INDEX f ((a + 1) DESC, (lower(b)))', 'ADD INDEX `f`((`a`+1) DESC, (LOWER(`b`)))'],
    [
      'ADD CONSTRAINT fk FOREIGN KEY i (a, b) REFERENCES s.t2 (x, y) MATCH FULL ON UPDATE NO ACTION ON DELETE CASCADE',
      'ADD CONSTRAINT `fk` FOREIGN KEY (`a`, `b`) REFERENCES `s`.`t2`(`x`, `y`) MATCH FULL ON DELETE CASCADE ON UPDATE NO ACTION',
    ],
    ['ADD FOREIGN KEY i (a) REFERENCES t2 (x)', 'ADD CONSTRAINT `i` FOREIGN KEY (`a`) REFERENCES `t2`(`x`)'],
    ['ADD FOREIGN KEY (a) REFERENCES t2 (x)', 'ADD CONSTRAINT FOREIGN KEY (`a`) REFERENCES `t2`(`x`)'],
    ['ADD CHECK (a > 0)', 'ADD CHECK(`a`>0) ENFORCED'],
    ['ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED', 'ADD CONSTRAINT `c` CHECK(`a`>0) NOT ENFORCED'],
  ])('%s', (written, printed) => {
    expect(print(`ALTER TABLE t ${written}`)).toBe(`ALTER TABLE \`t\` ${printed}`);
  });
});

describe('table options', () => {
  it.each([
    ["COMMENT='t'", "COMMENT = 't'"],
    ['DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin', 'DEFAULT CHARACTER SET = UTF8MB4 DEFAULT COLLATE = UTF8MB4_BIN'],
    [
      "engine innodb, ROW_FORMAT=dynamic COMPRESSION 'zlib'",
      "ENGINE = innodb ROW_FORMAT = DYNAMIC COMPRESSION = 'zlib'",
    ],
    ['SHARD_ROW_ID_BITS=4', '/*T! SHARD_ROW_ID_BITS = 4 */'],
    ['/*T![auto_id_cache] AUTO_ID_CACHE=1 */', '/*T![auto_id_cache] AUTO_ID_CACHE = 1 */'],
    ['STATS_PERSISTENT=0', 'STATS_PERSISTENT = DEFAULT /* TableOptionStatsPersistent is not supported */ '],
    ['PACK_KEYS=1', 'PACK_KEYS = DEFAULT /* TableOptionPackKeys is not supported */ '],
    ['STATS_AUTO_RECALC=DEFAULT', 'STATS_AUTO_RECALC = DEFAULT'],
    ["DATA DIRECTORY='/d' INDEX DIRECTORY '/i'", "DATA DIRECTORY = '/d' INDEX DIRECTORY = '/i'"],
    ['TABLESPACE ts STORAGE DISK', 'TABLESPACE = `ts` STORAGE DISK'],
    ['UNION=(a, s.b) INSERT_METHOD=last', 'UNION = (`a`,`s`.`b`) INSERT_METHOD = LAST'],
    ['PLACEMENT POLICY=p', '/*T![placement] PLACEMENT POLICY = `p` */'],
    [
      "TTL = a + INTERVAL 1 DAY TTL_ENABLE='ON'",
      "/*T![ttl] TTL = `a` + INTERVAL 1 DAY */ /*T![ttl] TTL_ENABLE = 'ON' */",
    ],
    ['WITH SYSTEM VERSIONING', 'WITH SYSTEM VERSIONING'],
    ['ENGINE=InnoDB START TRANSACTION', 'ENGINE = InnoDB'],
    ['PARTITION BY LINEAR KEY ALGORITHM=2 (a, b)', 'PARTITION BY LINEAR KEY ALGORITHM = 2 (`a`,`b`) PARTITIONS 1'],
    [
      "PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10) COMMENT 'x' ENGINE=InnoDB, PARTITION p1 VALUES LESS THAN MAXVALUE)",
      "PARTITION BY RANGE (`id`) (PARTITION `p0` VALUES LESS THAN (10) COMMENT = 'x' ENGINE = InnoDB,PARTITION `p1` VALUES LESS THAN (MAXVALUE))",
    ],
    [
      'PARTITION BY LIST COLUMNS (a, b) (PARTITION p VALUES IN ((1, 2), (3, 4)), PARTITION q DEFAULT)',
      'PARTITION BY LIST COLUMNS (`a`,`b`) (PARTITION `p` VALUES IN ((1, 2), (3, 4)),PARTITION `q` DEFAULT)',
    ],
    [
      'PARTITION BY RANGE (a) SUBPARTITION BY HASH (b) (PARTITION p VALUES LESS THAN (1) (SUBPARTITION x, SUBPARTITION y))',
      'PARTITION BY RANGE (`a`) SUBPARTITION BY HASH (`b`) SUBPARTITIONS 2 (PARTITION `p` VALUES LESS THAN (1) (SUBPARTITION `x`,SUBPARTITION `y`))',
    ],
    [
      "PARTITION BY SYSTEM_TIME INTERVAL '1:1' HOUR_MINUTE STARTS '2020-01-01' AUTO PARTITIONS 3",
      "PARTITION BY SYSTEM_TIME INTERVAL '1:1' HOUR_MINUTE STARTS '2020-01-01' AUTO PARTITIONS 3",
    ],
    [
      'PARTITION BY RANGE (a) INTERVAL (100) FIRST PARTITION LESS THAN (1) LAST PARTITION LESS THAN (901) NULL PARTITION',
      'PARTITION BY RANGE (`a`) INTERVAL (100) FIRST PARTITION LESS THAN (1) LAST PARTITION LESS THAN (901) NULL PARTITION',
    ],
    [
      "PARTITION BY RANGE COLUMNS (a) INTERVAL (1 DAY) FIRST PARTITION LESS THAN ('2020-01-01') MAXVALUE PARTITION",
      "PARTITION BY RANGE COLUMNS (`a`) INTERVAL (1 DAY) FIRST PARTITION LESS THAN ('2020-01-01') MAXVALUE PARTITION",
    ],
    ['PARTITION BY SYSTEM_TIME LIMIT 9 AUTO', 'PARTITION BY SYSTEM_TIME LIMIT 9 AUTO'],
    [
      'PARTITION BY SYSTEM_TIME INTERVAL 1 MONTH (PARTITION p HISTORY, PARTITION c CURRENT)',
      'PARTITION BY SYSTEM_TIME INTERVAL 1 MONTH (PARTITION `p` HISTORY,PARTITION `c` CURRENT)',
    ],
  ])('%s', (written, printed) => {
    expect(print(`CREATE TABLE t (a INT) ${written}`)).toBe(`CREATE TABLE \`t\` (\`a\` INT) ${printed}`);
  });
});

describe('statements', () => {
  it.each([
    [
      'create table if not exists s.t (a int, key (a), b int);',
      'CREATE TABLE IF NOT EXISTS `s`.`t` (`a` INT,`b` INT,INDEX(`a`))',
    ],
    ['CREATE OR REPLACE TABLE t (a INT)', 'CREATE OR REPLACE TABLE `t` (`a` INT)'],
    ['CREATE OR REPLACE SCHEMA d', 'CREATE OR REPLACE DATABASE `d`'],
    ['CREATE OR REPLACE UNIQUE INDEX i ON t (a)', 'CREATE OR REPLACE UNIQUE INDEX `i` ON `t` (`a`)'],
    ['ALTER TABLE IF EXISTS t DROP a', 'ALTER TABLE IF EXISTS `t` DROP COLUMN `a`'],
    ['RENAME TABLES IF EXISTS a TO b', 'RENAME TABLE IF EXISTS `a` TO `b`'],
    ['CREATE TEMPORARY TABLE t (LIKE s.u)', 'CREATE TEMPORARY TABLE `t` LIKE `s`.`u`'],
    ['ALTER ONLINE IGNORE TABLE t WAIT 5 DROP a', 'ALTER TABLE `t` DROP COLUMN `a`'],
    ['DROP TABLES IF EXISTS a, s.b CASCADE', 'DROP TABLE IF EXISTS `a`, `s`.`b`'],
    ['DROP TEMPORARY TABLE a', 'DROP TEMPORARY TABLE `a`'],
    ['DROP GLOBAL TEMPORARY TABLE a', 'DROP GLOBAL TEMPORARY TABLE `a`'],
    [
      'CREATE GLOBAL TEMPORARY TABLE t (a INT) COMMENT "x" ON COMMIT DELETE ROWS',
      "CREATE GLOBAL TEMPORARY TABLE `t` (`a` INT) COMMENT = 'x' ON COMMIT DELETE ROWS",
    ],
    [
      'CREATE GLOBAL TEMPORARY TABLE t LIKE u ON COMMIT PRESERVE ROWS',
      'CREATE GLOBAL TEMPORARY TABLE `t` LIKE `u` ON COMMIT PRESERVE ROWS',
    ],
    ['CREATE VECTOR INDEX i ON t ((f(v))) USING HNSW', 'CREATE VECTOR INDEX `i` ON `t` ((F(`v`))) USING HNSW'],
    ['DROP VIEW v', 'DROP VIEW `v`'],
    ['RENAME TABLE a TO b, s.c NOWAIT TO d', 'RENAME TABLE `a` TO `b`, `s`.`c` TO `d`'],
    ['TRUNCATE t', 'TRUNCATE TABLE `t`'],
    ['CREATE INDEX i ON t (a) LOCK=NONE WAIT 5', 'CREATE INDEX `i` ON `t` (`a`) LOCK = NONE'],
    [
      "CREATE TABLE t (a INT) x=1 ENGINE=InnoDB `y`='z'",
      "CREATE TABLE `t` (`a` INT) `x` = 1 ENGINE = InnoDB `y` = 'z'",
    ],
    [
      'CREATE TABLE get (generated INT, stored INT AS (generated) STORED)',
      'CREATE TABLE `get` (`generated` INT,`stored` INT GENERATED ALWAYS AS(`generated`) STORED)',
    ],
    ['CREATE UNIQUE INDEX i ON t (a)', 'CREATE UNIQUE INDEX `i` ON `t` (`a`)'],
    ['CREATE INDEX i USING HASH ON t (a) USING BTREE', 'CREATE INDEX `i` ON `t` (`a`) USING BTREE'],
    ['CREATE SPATIAL INDEX i ON t (a) LOCK=DEFAULT', 'CREATE SPATIAL INDEX `i` ON `t` (`a`)'],
    [
      'CREATE INDEX i ON t (a) LOCK NONE ALGORITHM INPLACE',
      'CREATE INDEX `i` ON `t` (`a`) ALGORITHM = INPLACE LOCK = NONE',
    ],
    ['DROP INDEX i ON t', 'DROP INDEX `i` ON `t`'],
    ['DROP INDEX IF EXISTS i ON t LOCK=SHARED', 'DROP INDEX /*T! IF EXISTS  */`i` ON `t` LOCK = SHARED'],
    [
      'CREATE SCHEMA d CHARACTER SET LATIN1 DEFAULT COLLATE latin1_bin',
      'CREATE DATABASE `d` CHARACTER SET = latin1 COLLATE = latin1_bin',
    ],
    ["CREATE DATABASE d ENCRYPTION 'N'", "CREATE DATABASE `d` ENCRYPTION = 'N'"],
    ['ALTER DATABASE COLLATE utf8mb4_bin', 'ALTER DATABASE COLLATE = utf8mb4_bin'],
    ['ALTER SCHEMA d READ ONLY = 1', 'ALTER DATABASE `d` READ ONLY = 1'],
    ['DROP SCHEMA IF EXISTS d', 'DROP DATABASE IF EXISTS `d`'],
    ['ALTER TABLE t', 'ALTER TABLE `t`'],
    ['ALTER TABLE t;', 'ALTER TABLE `t`'],
    [
      'ALTER DATABASE `#mysql50#a-b` UPGRADE DATA DIRECTORY NAME',
      'ALTER DATABASE `#mysql50#a-b` UPGRADE DATA DIRECTORY NAME',
    ],
  ])('%s', (written, printed) => {
    expect(print(written)).toBe(printed);
  });
});
