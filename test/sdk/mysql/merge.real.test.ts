import { describe, it, jest } from '@jest/globals';
import { serverProgram } from '../../../src/demo/mysql/server-program';
import { Plays } from './plays';
import { useScene } from './use-scene';

jest.setTimeout(180_000);

const scene = useScene();

const COLUMNS = '(id INT PRIMARY KEY, a INT, b VARCHAR(20))';

/** What every shard does, one after the other, while rows are written. */
interface Change {
  readonly title: string;
  readonly columns?: string;
  readonly ddls: readonly string[];
}

const CHANGES: readonly Change[] = [
  { title: 'add a column', ddls: ['ALTER TABLE {t} ADD COLUMN c INT DEFAULT 5'] },
  { title: 'add a column in the first place', ddls: ['ALTER TABLE {t} ADD COLUMN c VARCHAR(10) FIRST'] },
  { title: 'add a column behind another one', ddls: ['ALTER TABLE {t} ADD COLUMN c DECIMAL(8,2) AFTER id'] },
  { title: 'drop a column', ddls: ['ALTER TABLE {t} DROP COLUMN a'] },
  { title: 'rename a column', ddls: ['ALTER TABLE {t} RENAME COLUMN a TO z'] },
  { title: 'change a column', ddls: ['ALTER TABLE {t} CHANGE COLUMN a z BIGINT'] },
  { title: 'widen a column', ddls: ['ALTER TABLE {t} MODIFY COLUMN b VARCHAR(40)'] },
  { title: 'narrow a column', ddls: ['ALTER TABLE {t} MODIFY COLUMN b VARCHAR(12)'] },
  { title: 'change a default', ddls: ['ALTER TABLE {t} ALTER COLUMN a SET DEFAULT 7'] },
  {
    title: 'drop a default',
    ddls: ['ALTER TABLE {t} ALTER COLUMN a DROP DEFAULT'],
    columns: '(id INT PRIMARY KEY, a INT NOT NULL DEFAULT 3, b VARCHAR(20))',
  },
  { title: 'forbid nulls', ddls: ['ALTER TABLE {t} MODIFY COLUMN a INT NOT NULL DEFAULT 0'] },
  {
    title: 'allow nulls',
    ddls: ['ALTER TABLE {t} MODIFY COLUMN a INT NULL'],
    columns: '(id INT PRIMARY KEY, a INT NOT NULL DEFAULT 0, b VARCHAR(20))',
  },
  { title: 'add an index', ddls: ['ALTER TABLE {t} ADD INDEX k (a, b(4))'] },
  { title: 'create an index', ddls: ['CREATE INDEX k ON {t} (a)'] },
  {
    title: 'drop an index',
    ddls: ['ALTER TABLE {t} DROP INDEX k'],
    columns: '(id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY k (a))',
  },
  {
    title: 'rename an index',
    ddls: ['ALTER TABLE {t} RENAME INDEX k TO l'],
    columns: '(id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY k (a))',
  },
  { title: 'add a unique key', ddls: ['ALTER TABLE {t} ADD UNIQUE KEY u (id, a)'] },
  {
    title: 'drop a unique key',
    ddls: ['DROP INDEX u ON {t}'],
    columns: '(id INT PRIMARY KEY, a INT, b VARCHAR(20), UNIQUE KEY u (id, b))',
  },
  {
    title: 'drop the primary key',
    ddls: ['ALTER TABLE {t} DROP PRIMARY KEY'],
    columns: '(id INT NOT NULL, a INT, b VARCHAR(20), PRIMARY KEY (id), UNIQUE KEY u (id))',
  },
  {
    title: 'add a primary key',
    ddls: ['ALTER TABLE {t} ADD PRIMARY KEY (id)'],
    columns: '(id INT NOT NULL, a INT, b VARCHAR(20))',
  },
  {
    title: 'several changes in one statement',
    ddls: [
      'ALTER TABLE {t} ADD COLUMN c INT DEFAULT 1, ADD COLUMN d VARCHAR(9) AFTER id, DROP COLUMN b, ADD INDEX k (c)',
    ],
  },
  {
    title: 'several statements',
    ddls: ['ALTER TABLE {t} ADD COLUMN c INT', 'ALTER TABLE {t} ADD INDEX k (c)', 'ALTER TABLE {t} ADD COLUMN d TEXT'],
  },
  { title: 'add a stored generated column', ddls: ['ALTER TABLE {t} ADD COLUMN g INT AS (a + 1) STORED'] },
  { title: 'add a virtual generated column', ddls: ['ALTER TABLE {t} ADD COLUMN g INT AS (a * 2) VIRTUAL AFTER id'] },
  {
    title: 'tables that have generated columns',
    ddls: ['ALTER TABLE {t} ADD COLUMN c INT'],
    columns:
      '(id INT PRIMARY KEY, v INT AS (a + 1) VIRTUAL, a INT, s VARCHAR(30) AS (CONCAT(b, a)) STORED, b VARCHAR(20))',
  },
  {
    title: 'add columns of other charsets',
    ddls: [
      "ALTER TABLE {t} ADD COLUMN c VARCHAR(20) CHARACTER SET latin1, ADD COLUMN d VARCHAR(20) CHARACTER SET utf16 DEFAULT '中'",
    ],
  },
  ...['latin1', 'gbk', 'sjis'].map((charset) => ({
    title: `a statement of a session in ${charset}`,
    ddls: [`SET NAMES ${charset}`, "ALTER TABLE {t} ADD COLUMN `中中` VARCHAR(20) DEFAULT '中中' COMMENT '中\\\\'"],
  })),
  {
    title: 'members of an enum',
    ddls: ["ALTER TABLE {t} MODIFY COLUMN e ENUM('x', 'y', 'z')"],
    columns: "(id INT PRIMARY KEY, e ENUM('x', 'y') DEFAULT 'y', a INT)",
  },
  { title: 'a comment', ddls: ["ALTER TABLE {t} COMMENT 'it''s \\\\ a comment'"] },
  {
    title: 'an online schema change by gh-ost',
    ddls: [
      'CREATE TABLE _{n}_ghc (id INT)',
      'CREATE TABLE _{n}_gho LIKE {t}',
      'ALTER TABLE _{n}_gho ADD COLUMN c INT DEFAULT 9',
      'INSERT INTO _{n}_gho SELECT *, 9 FROM {t}',
      'RENAME TABLE {t} TO _{n}_del, _{n}_gho TO {t}',
      'DROP TABLE _{n}_ghc, _{n}_del',
    ],
  },
  {
    title: 'an online schema change by pt-online-schema-change',
    ddls: [
      'CREATE TABLE _{n}_new (id INT PRIMARY KEY, a INT, b VARCHAR(20))',
      'ALTER TABLE _{n}_new DROP COLUMN a',
      'INSERT INTO _{n}_new SELECT id, b FROM {t}',
      'RENAME TABLE {t} TO _{n}_old, _{n}_new TO {t}',
      'DROP TABLE IF EXISTS _{n}_old',
    ],
  },
];

/** Shards of one database have checks of one name only where each table has names of its own. */
const CHECKS: readonly Change[] = [
  { title: 'add a check', ddls: ["ALTER TABLE {t} ADD CONSTRAINT positive CHECK (id > 0 AND b <> 'NOT ENFORCED')"] },
  {
    title: 'drop a check',
    ddls: ['ALTER TABLE {t} DROP CONSTRAINT positive'],
    columns: '(id INT PRIMARY KEY, a INT, b VARCHAR(20), CONSTRAINT positive CHECK (id > 0))',
  },
];

const PLAYED = serverProgram().product === 'MariaDB' ? [...CHANGES, ...CHECKS] : CHANGES;

const IS_FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';

/** So many are played at a time: they wait more than they work. */
const AT_ONCE = 6;

for (const mode of ['optimistic', 'pessimistic'] as const)
  describe(`${mode}: all shards, one after the other`, () => {
    const plays = new Plays(AT_ONCE);
    // In full every change in both modes, else each in one of them.
    const played = PLAYED.filter((_, index) => IS_FULL || index % 2 === (mode === 'optimistic' ? 0 : 1));
    it.each(played.map((change) => ({ title: change.title, played: plays.add(() => roll(mode, change)) })))(
      '$title',
      ({ played }) => played(),
    );
  });

function roll(mode: 'optimistic' | 'pessimistic', { columns = COLUMNS, ddls }: Change): Promise<void> {
  return scene().play({ mode, columns }, async (stage) => {
    await stage.write();
    for (const shard of stage.shards) {
      await stage.on(shard, ...ddls);
      await stage.write();
    }
  });
}
