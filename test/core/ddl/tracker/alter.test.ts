import { describe, expect, it } from '@jest/globals';
import { altered, built, describeSchema } from './described';

/** The lines of a schema that a statement takes away (`-`) and brings (`+`). */
function changes(body: string, ...ddls: readonly string[]): string[] {
  const before = built(`CREATE TABLE t (${body})`);
  const after = altered(before, ...ddls.map((ddl) => (/^CREATE| ON t/.test(ddl) ? ddl : `ALTER TABLE t ${ddl}`)));
  const [old, now] = [describeSchema(before), describeSchema(after)];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

describe('columns', () => {
  it.each<[string, string, string[]]>([
    ['a INT', 'ADD c INT NOT NULL', ['+ c 3 f4097 (11,0) origin "0"']],
    ['a INT', "ADD c VARCHAR(5) DEFAULT 'x'", ['+ c 15 f0 (5,0) utf8mb4/utf8mb4_bin default "x" origin "x"']],
    ['a INT', 'ADD c DATETIME(2) NOT NULL', ['+ c 12 f4225 (22,2) origin "0000-00-00 00:00:00.00"']],
    ['a INT', 'ADD c INT AS (a + 1) STORED', ['+ c 3 f0 (11,0) stored `a` + 1']],
    ['a INT', 'ADD COLUMN IF NOT EXISTS A BIGINT', []],
    ['a INT', 'ADD (b INT, c INT, KEY k (c))', ['+ b 3 f0 (11,0)', '+ c 3 f8 (11,0)', '+ key k(c)']],
    ['a INT', 'ADD c INT UNIQUE', ['+ c 3 f4 (11,0)', '+ unique c(c)']],
    ['a INT', 'ADD c INT PRIMARY KEY', ['+ c 3 f4099 (11,0) origin "0"', '+ primary PRIMARY(c)']],
    ['a INT, b INT', 'DROP COLUMN IF EXISTS c', []],
    ['a INT, b INT, KEY k (a)', 'DROP A', ['- a 3 f8 (11,0)', '- key k(a)']],
    ['a INT, b INT, KEY k (a, b)', 'DROP a', ['- a 3 f8 (11,0)', '- key k(a,b)', '+ key k(b)']],
    ['a INT PRIMARY KEY', 'MODIFY a BIGINT', ['- a 3 f4099 (11,0)', '+ a 8 f4099 (20,0) origin "0"']],
    [
      'a INT PRIMARY KEY',
      'MODIFY a BIGINT DEFAULT 1',
      ['- a 3 f4099 (11,0)', '+ a 8 f3 (20,0) default "1" origin "1"'],
    ],
    ['a INT DEFAULT 1, KEY k (a)', 'MODIFY a INT', ['- a 3 f8 (11,0) default "1"', '+ a 3 f8 (11,0)']],
    ['a INT', 'MODIFY a INT UNIQUE', ['- a 3 f0 (11,0)', '+ a 3 f4 (11,0)', '+ unique a(a)']],
    ['a INT', 'MODIFY COLUMN IF EXISTS b INT', []],
    ['a INT, KEY k (a)', 'CHANGE a A2 INT', ['- a 3 f8 (11,0)', '- key k(a)', '+ A2 3 f8 (11,0)', '+ key k(A2)']],
    ['a INT, KEY k (a)', 'RENAME COLUMN a TO b', ['- a 3 f8 (11,0)', '- key k(a)', '+ b 3 f8 (11,0)', '+ key k(b)']],
    ['a INT', 'RENAME COLUMN a TO A', []],
    ['a INT', 'RENAME COLUMN IF EXISTS z TO y', []],
    ['a INT', 'RENAME COLUMN IF EXISTS a TO b', ['- a 3 f0 (11,0)', '+ b 3 f0 (11,0)']],
    ['a INT', 'CHANGE COLUMN IF EXISTS z y INT', []],
    ['a INT', 'ALTER COLUMN IF EXISTS z SET DEFAULT 1', []],
    ['a INT', 'ALTER COLUMN IF EXISTS a SET DEFAULT 1', ['- a 3 f0 (11,0)', '+ a 3 f0 (11,0) default "1"']],
    ['a INT', 'ALTER COLUMN IF EXISTS z DROP DEFAULT', []],
    ['a INT, KEY x ((a + 1))', 'DROP COLUMN IF EXISTS `_V$_x_0`', []],
  ])('(%s) %s', (body, ddl, expected) => expect(changes(body, ddl)).toEqual(expected));

  it.each<[string, string]>([
    ['VARCHAR(9)', 'key k(a(5))'],
    ['VARCHAR(5)', 'key k(a)'],
    ['TEXT', 'key k(a(5))'],
    ['INT', 'key k(a)'],
  ])('MODIFY to %s leaves the index %s', (type, expected) => {
    const table = built('CREATE TABLE t (a VARCHAR(20), KEY k (a(5)))');
    expect(describeSchema(altered(table, `ALTER TABLE t MODIFY a ${type}`))[1]).toBe(expected);
  });

  it.each<[string, string[]]>([
    ['ADD x INT', ['a', 'b', 'c', 'x']],
    ['ADD x INT FIRST', ['x', 'a', 'b', 'c']],
    ['ADD x INT AFTER A', ['a', 'x', 'b', 'c']],
    ['MODIFY c INT FIRST', ['c', 'a', 'b']],
    ['MODIFY a INT AFTER b', ['b', 'a', 'c']],
    ['CHANGE a x INT AFTER c', ['b', 'c', 'x']],
    ['MODIFY b BIGINT', ['a', 'b', 'c']],
  ])('%s puts the columns in order %j', (ddl, expected) => {
    const schema = altered(built('CREATE TABLE t (a INT, b INT, c INT)'), `ALTER TABLE t ${ddl}`);
    expect(schema.columns.map((column) => column.name)).toEqual(expected);
  });

  it('carries out the specs of one statement in written order', () => {
    expect(changes('a INT', 'ADD b INT, ADD KEY k (b), RENAME COLUMN b TO c, DROP a')).toEqual([
      '- a 3 f0 (11,0)',
      '+ c 3 f8 (11,0)',
      '+ key k(c)',
    ]);
  });

  it('takes the charset of the table for a changed column', () => {
    expect(changes('a CHAR(2) CHARSET latin1', 'MODIFY a CHAR(3)')).toContain('+ a 254 f0 (3,0) utf8mb4/utf8mb4_bin');
  });

  it('keeps what rows from before have if the default goes', () => {
    const table = built('CREATE TABLE t (a INT)');
    const schema = altered(table, 'ALTER TABLE t ADD b INT DEFAULT 3', 'ALTER TABLE t MODIFY b BIGINT');
    expect(schema.columns[1]).toMatchObject({ defaultValue: null, originDefault: '3' });
  });
});

describe('indexes', () => {
  it.each<[string, string, string[]]>([
    ['a INT', 'ADD INDEX k (a)', ['- a 3 f0 (11,0)', '+ a 3 f8 (11,0)', '+ key k(a)']],
    ['a INT', 'CREATE UNIQUE INDEX k ON t (a)', ['- a 3 f0 (11,0)', '+ a 3 f4 (11,0)', '+ unique k(a)']],
    ['a INT, KEY a (a)', 'ADD INDEX (a)', ['+ key a_2(a)']],
    ['a INT', 'ADD PRIMARY KEY (a)', ['- a 3 f0 (11,0)', '+ a 3 f3 (11,0)', '+ primary PRIMARY(a)']],
    ['a TEXT', 'ADD FULLTEXT KEY k (a)', []],
    ['a INT', 'ADD VECTOR INDEX k ((f(a))) USING HNSW', []],
    ['a INT', 'ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)', []],
    ['a INT', 'ADD CONSTRAINT c CHECK (a > 0)', []],
    ['a INT, KEY k (a)', 'DROP INDEX K', ['- a 3 f8 (11,0)', '- key k(a)', '+ a 3 f0 (11,0)']],
    ['a INT, KEY k (a), KEY l (a)', 'DROP INDEX k', ['- key k(a)']],
    ['a INT, UNIQUE k (a), KEY l (a)', 'DROP INDEX k', ['- a 3 f12 (11,0)', '- unique k(a)', '+ a 3 f8 (11,0)']],
    ['a INT, KEY k (a)', 'DROP INDEX k ON t', ['- a 3 f8 (11,0)', '- key k(a)', '+ a 3 f0 (11,0)']],
    ['a INT', 'DROP INDEX IF EXISTS k ON t', []],
    ['a INT PRIMARY KEY', 'DROP PRIMARY KEY', ['- a 3 f4099 (11,0)', '- primary PRIMARY(a)', '+ a 3 f4097 (11,0)']],
    ['a INT, KEY k (a)', 'RENAME INDEX k TO l', ['- key k(a)', '+ key l(a)']],
    ['a INT, KEY k (a)', 'RENAME INDEX k TO K', ['- key k(a)', '+ key K(a)']],
    ['a INT', 'RENAME INDEX IF EXISTS z TO y', []],
    ['a INT', 'RENAME KEY IF EXISTS z TO y', []],
    ['a INT', 'ALTER INDEX IF EXISTS z IGNORED', []],
    ['a INT, KEY k (a)', 'ALTER KEY IF EXISTS k IGNORED', ['- key k(a)', '+ key k(a) invisible']],
    ['a INT, UNIQUE u (a)', 'ADD UNIQUE IF NOT EXISTS u (a)', []],
    ['a INT, KEY a (a)', 'ADD INDEX IF NOT EXISTS (a)', []],
    ['a INT', 'ADD UNIQUE IF NOT EXISTS (a)', ['- a 3 f0 (11,0)', '+ a 3 f4 (11,0)', '+ unique a(a)']],
    ['a INT PRIMARY KEY, b INT', 'ADD PRIMARY KEY IF NOT EXISTS (b)', []],
    ['a INT', 'ADD CONSTRAINT IF NOT EXISTS c CHECK (a > 0)', []],
    [
      'a INT, b INT, KEY k (a)',
      'CREATE OR REPLACE UNIQUE INDEX k ON t (b)',
      ['- a 3 f8 (11,0)', '- b 3 f0 (11,0)', '- key k(a)', '+ a 3 f0 (11,0)', '+ b 3 f4 (11,0)', '+ unique k(b)'],
    ],
    ['a INT', 'CREATE OR REPLACE INDEX k ON t (a)', ['- a 3 f0 (11,0)', '+ a 3 f8 (11,0)', '+ key k(a)']],
    ['a INT', 'ADD PRIMARY KEY (a, p WITHOUT OVERLAPS)', ['- a 3 f0 (11,0)', '+ a 3 f1 (11,0)']],
    ['a INT', 'ADD UNIQUE u (a, p WITHOUT OVERLAPS)', []],
    ['a DATE', 'ADD PERIOD FOR p (a, a)', ['- a 10 f128 (10,0)', '+ a 10 f129 (10,0)']],
    ['a INT', 'DROP PERIOD FOR p', []],
    ['a INT, KEY k (a)', 'ALTER INDEX k INVISIBLE', ['- key k(a)', '+ key k(a) invisible']],
    ['a INT', 'ADD INDEX k ((a + 1))', ['+ _V$_k_0 8 f136 (20,0) virtual `a` + 1 hidden', '+ key k(_V$_k_0)']],
    ['a INT, KEY k ((a + 1))', 'DROP INDEX k', ['- _V$_k_0 8 f136 (20,0) virtual `a` + 1 hidden', '- key k(_V$_k_0)']],
  ])('(%s) %s', (body, ddl, expected) => expect(changes(body, ddl)).toEqual(expected));

  it('drops a clustered primary key', () => {
    const schema = altered(
      built('CREATE TABLE t (a INT PRIMARY KEY CLUSTERED, b INT)'),
      'ALTER TABLE t DROP PRIMARY KEY',
    );
    expect(schema).toMatchObject({ primaryKeyKind: 'index', indexes: [] });
  });
});

describe('the table', () => {
  const table = built("CREATE TABLE t (a CHAR(2), b BLOB, c ENUM('x')) CHARSET utf8 AUTO_INCREMENT=5");

  it('gets another charset for columns to come', () => {
    const schema = altered(table, 'ALTER TABLE t CHARSET latin1', 'ALTER TABLE t ADD d CHAR(2)');
    expect(schema.collation).toBe('latin1_bin');
    expect(schema.columns.map((column) => column.type.charset)).toEqual(['utf8', 'binary', 'utf8', 'latin1']);
  });

  it('is converted with its columns', () => {
    const schema = altered(table, 'ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci');
    expect(schema.charset).toBe('utf8mb4');
    expect(schema.columns.map((column) => column.type.collation)).toEqual([
      'utf8mb4_general_ci',
      'binary',
      'utf8mb4_general_ci',
    ]);
  });

  it('gets a comment, compression and name', () => {
    expect(altered(table, "ALTER TABLE t COMMENT='x', COMPRESSION='lz4'", 'RENAME TABLE t TO u')).toEqual({
      ...table,
      comment: 'x',
      compression: 'lz4',
      name: 'u',
    });
    expect(altered(table, 'ALTER TABLE t RENAME TO db.v').name).toBe('v');
    expect(altered(table, 'RENAME TABLE t TO u, u TO w').name).toBe('w');
  });

  it.each([
    'ALTER TABLE t AUTO_INCREMENT = 9',
    'ALTER TABLE t ENGINE = InnoDB',
    'ALTER TABLE t ROW_FORMAT = DYNAMIC',
    'ALTER TABLE t FORCE',
    'ALTER TABLE t LOCK = NONE, ALGORITHM = INPLACE',
    'ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 4',
    'ALTER TABLE t DROP FOREIGN KEY f',
    'ALTER TABLE t ORDER BY a',
    'ALTER TABLE t DISABLE KEYS',
    'TRUNCATE TABLE t',
    'RENAME TABLE IF EXISTS other TO another',
    'ALTER TABLE IF EXISTS t FORCE',
  ])('is the same after %s', (sql) => expect(altered(table, sql)).toEqual(table));
});

describe('what is refused', () => {
  const table = built('CREATE TABLE t (a INT PRIMARY KEY, b INT, g INT AS (b + 1), KEY k (b), KEY x ((a + 1)))');

  it.each([
    ['ALTER TABLE t ADD A INT', 'column A already'],
    ['ALTER TABLE t ADD c INT AFTER z', 'z'],
    ['ALTER TABLE t ADD c INT AS (z + 1)', 'unknown column z'],
    ['ALTER TABLE t DROP z', 'no column z'],
    ['ALTER TABLE t MODIFY z INT', 'no column z'],
    ['ALTER TABLE t MODIFY a INT NULL', 'column a'],
    ['ALTER TABLE t CHANGE a b INT', 'called b'],
    ['ALTER TABLE t CHANGE b c INT', 'g reads it'],
    ['ALTER TABLE t RENAME COLUMN z TO y', 'no column z'],
    ['ALTER TABLE t RENAME COLUMN a TO g', 'called g'],
    ['ALTER TABLE t RENAME COLUMN b TO c', 'g reads it'],
    ['ALTER TABLE t RENAME COLUMN a TO c', 'index on an expression reads it'],
    ['ALTER TABLE t ALTER z SET DEFAULT 1', 'no column z'],
    ['ALTER TABLE t ALTER z DROP DEFAULT', 'no column z'],
    ['ALTER TABLE t ADD KEY K (a)', 'index K already'],
    ['ALTER TABLE t ADD KEY l (z)', 'column z'],
    ['ALTER TABLE t ADD PRIMARY KEY (b)', 'primary key already'],
    ['ALTER TABLE t DROP INDEX z', 'no index z'],
    ['ALTER TABLE t RENAME INDEX z TO y', 'no index z'],
    ['ALTER TABLE t RENAME INDEX k TO X', 'called X'],
    ['ALTER TABLE t RENAME INDEX k TO `Primary`', 'cannot be called Primary'],
    ['ALTER TABLE t RENAME INDEX `PRIMARY` TO y', 'cannot be called PRIMARY'],
    ['ALTER TABLE t ADD INDEX `PRIMARY` (b)', 'cannot be called PRIMARY'],
    ['ALTER TABLE t ADD UNIQUE `primary` (b)', 'cannot be called primary'],
    ['ALTER TABLE t ADD FULLTEXT `primary` (b)', 'cannot be called primary'],
    ['CREATE INDEX `primary` ON t (b)', 'cannot be called primary'],
    ['ALTER TABLE t ALTER INDEX z VISIBLE', 'no index z'],
    ['ALTER TABLE t RENAME COLUMN IF EXISTS a TO b', 'called b'],
    ['ALTER TABLE t RENAME INDEX IF EXISTS k TO x', 'called x'],
    ['RENAME TABLE u TO v', 'other tables than t'],
    ['DROP TABLE t', 'removes tables'],
    ['CREATE TABLE t (a INT)', 'makes or removes tables'],
  ])('%s', (sql, words) =>
    expect(() => altered(table, sql)).toThrow(
      expect.objectContaining({ code: 'DDL_NOT_APPLICABLE', message: expect.stringContaining(words) }),
    ),
  );

  it('the last column', () => {
    expect(() => altered(built('CREATE TABLE t (a INT)'), 'ALTER TABLE t DROP a')).toThrow(
      expect.objectContaining({ code: 'DDL_NOT_APPLICABLE', fields: { column: 'a' } }),
    );
  });

  it('no primary key to drop', () => {
    expect(() => altered(built('CREATE TABLE t (a INT)'), 'ALTER TABLE t DROP PRIMARY KEY')).toThrow(
      expect.objectContaining({ code: 'DDL_NOT_APPLICABLE', fields: { index: 'PRIMARY' } }),
    );
  });

  it('a statement that is about no table', () => {
    expect(() => altered(table, 'INSERT INTO t VALUES (1)')).toThrow(
      expect.objectContaining({ code: 'DDL_UNSUPPORTED' }),
    );
  });
});
