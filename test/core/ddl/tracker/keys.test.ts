import { describe, expect, it } from '@jest/globals';
import { createLike } from '../../../../src/core/ddl/tracker';
import { built, describeSchema } from './described';

describe('keys of CREATE TABLE', () => {
  it.each([
    ['a INT, PRIMARY KEY (a)', ['a 3 f4099 (11,0)', 'primary PRIMARY(a)']],
    ['a INT DEFAULT 1, PRIMARY KEY (a)', ['a 3 f3 (11,0) default "1"', 'primary PRIMARY(a)']],
    ['a INT, b INT, UNIQUE k (a, b)', ['a 3 f8 (11,0)', 'b 3 f0 (11,0)', 'unique k(a,b)']],
    ['a INT, UNIQUE k (a), KEY l (a)', ['a 3 f12 (11,0)', 'unique k(a)', 'key l(a)']],
    ['a INT UNIQUE, KEY l (a)', ['a 3 f12 (11,0)', 'key l(a)', 'unique a(a)']],
    ['a INT PRIMARY KEY, KEY (a)', ['a 3 f4107 (11,0)', 'key a(a)', 'primary PRIMARY(a)']],
    ['a INT, KEY (a), KEY (a), UNIQUE (a)', ['a 3 f12 (11,0)', 'key a(a)', 'key a_2(a)', 'unique a_3(a)']],
    ['a INT, KEY (a), KEY A (a)', ['a 3 f8 (11,0)', 'key a_2(a)', 'key A(a)']],
    ['`primary` INT, KEY (`primary`)', ['primary 3 f8 (11,0)', 'key primary_2(primary)']],
    [
      "a CHAR(5), KEY k (a(5)), KEY l (a(4)) USING HASH COMMENT 'x' INVISIBLE",
      ['a 254 f8 (5,0) utf8mb4/utf8mb4_bin', 'key k(a)', 'key l(a(4)) type 2 comment x invisible'],
    ],
    ['a TEXT, FULLTEXT KEY k (a)', ['a 252 f0 (65535,0) utf8mb4/utf8mb4_bin']],
    ['a INT, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)', ['a 3 f0 (11,0)', 'key f(a)']],
    ['a INT, FOREIGN KEY (a) REFERENCES p (id)', ['a 3 f0 (11,0)', 'key fk_1(a)']],
    ['a INT, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)', ['a 3 f8 (11,0)', 'key k(a)']],
    [
      'a INT, b INT, KEY k (b, a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)',
      ['a 3 f0 (11,0)', 'b 3 f8 (11,0)', 'key k(b,a)', 'key f(a)'],
    ],
    [
      'a INT NOT NULL, KEY k ((a + 1))',
      ['a 3 f4097 (11,0)', '_V$_k_0 8 f137 (20,0) virtual `a` + 1 hidden', 'key k(_V$_k_0)'],
    ],
    [
      'a INT UNSIGNED, b INT, UNIQUE ((a * b))',
      [
        'a 3 f32 (10,0)',
        'b 3 f0 (11,0)',
        '_V$_expression_index_0 8 f164 (20,0) virtual `a` * `b` hidden',
        'unique expression_index(_V$_expression_index_0)',
      ],
    ],
    [
      'a INT, KEY k (a, (a - 2))',
      ['a 3 f8 (11,0)', '_V$_k_1 8 f128 (20,0) virtual `a` - 2 hidden', 'key k(a,_V$_k_1)'],
    ],
    // Of a period a schema sees that its columns are there, and of a key over one that its columns are.
    ['a INT, b DATE, c DATE, PERIOD FOR p (b, c)', ['a 3 f0 (11,0)', 'b 10 f129 (10,0)', 'c 10 f129 (10,0)']],
    [
      'a INT, b DATE, c DATE, PRIMARY KEY (a, p WITHOUT OVERLAPS)',
      ['a 3 f1 (11,0)', 'b 10 f128 (10,0)', 'c 10 f128 (10,0)'],
    ],
    ['a INT, UNIQUE u (a, p WITHOUT OVERLAPS)', ['a 3 f0 (11,0)']],
    ['a INT, KEY k (a) IGNORED', ['a 3 f8 (11,0)', 'key k(a) invisible']],
  ])('%s', (body, expected) => expect(describeSchema(built(`CREATE TABLE t (${body})`))).toEqual(expected));

  it.each([
    ['INT PRIMARY KEY', 'index'],
    ['INT PRIMARY KEY NONCLUSTERED', 'index'],
    ['INT PRIMARY KEY CLUSTERED', 'handle'],
    ['VARCHAR(9) PRIMARY KEY CLUSTERED', 'common-handle'],
  ])('%s is stored as %s', (definition, kind) => {
    const schema = built(`CREATE TABLE t (a ${definition})`);
    expect(schema.primaryKeyKind).toBe(kind);
    expect(schema.indexes).toHaveLength(1);
  });
});

describe('options of CREATE TABLE', () => {
  it('reads those that a schema sees, the last of each', () => {
    const schema = built(
      "CREATE TABLE t (a INT) AUTO_INCREMENT=7 COMMENT='x' COMPRESSION='lz4' COMPRESSION='zlib' ENGINE=InnoDB CHARSET=latin1",
    );
    expect(schema).toMatchObject({
      name: 't',
      autoIncrementId: 7n,
      comment: 'x',
      compression: 'zlib',
      charset: 'latin1',
      collation: 'latin1_bin',
    });
  });

  it('splits by no more bits than rows are sharded by', () => {
    expect(built('CREATE TABLE t (a INT) SHARD_ROW_ID_BITS=2 PRE_SPLIT_REGIONS=4')).toMatchObject({
      shardRowIdBits: 2,
      preSplitRegions: 2,
    });
  });

  it('takes five bits for AUTO_RANDOM without a number', () => {
    expect(built('CREATE TABLE t (a BIGINT AUTO_RANDOM PRIMARY KEY CLUSTERED)').autoRandomBits).toBe(5);
    expect(built('CREATE TABLE t (a BIGINT AUTO_RANDOM(3) PRIMARY KEY CLUSTERED)').autoRandomBits).toBe(3);
  });
});

describe('createLike', () => {
  it('takes all but the name and the auto-increment ID', () => {
    const source = built("CREATE TABLE t (a INT PRIMARY KEY AUTO_INCREMENT) AUTO_INCREMENT=7 COMMENT='x'");
    expect(createLike(source, 'u')).toEqual({ ...source, name: 'u', autoIncrementId: 0n });
  });
});

describe('what CREATE TABLE refuses', () => {
  it.each([
    ['a INT, A INT', 'DDL_NOT_APPLICABLE', 'two columns A'],
    ['a INT, KEY k (b)', 'DDL_NOT_APPLICABLE', 'column b'],
    ['a INT, KEY k (a), UNIQUE K (a)', 'DDL_NOT_APPLICABLE', 'two indexes K'],
    ['a INT, KEY `PRIMARY` (a)', 'DDL_NOT_APPLICABLE', 'cannot be called PRIMARY'],
    ['a INT, UNIQUE `primary` (a)', 'DDL_NOT_APPLICABLE', 'cannot be called primary'],
    ['a INT, CONSTRAINT `primary` UNIQUE k (a)', 'DDL_NOT_APPLICABLE', 'cannot be called primary'],
    ['a INT PRIMARY KEY, PRIMARY KEY (a)', 'DDL_NOT_APPLICABLE', 'more than one primary key'],
    ['a INT NULL PRIMARY KEY', 'DDL_NOT_APPLICABLE', 'column a of the primary key'],
    ['a INT AS (b + 1)', 'DDL_NOT_APPLICABLE', 'unknown column b'],
    ['a INT ON UPDATE CURRENT_TIMESTAMP', 'DDL_NOT_APPLICABLE', 'column a is neither'],
    ['a CHAR(2) CHARSET latin1 COLLATE utf8mb4_bin', 'DDL_NOT_APPLICABLE', 'latin1'],
    ['a INT, PRIMARY KEY ((a + 1))', 'DDL_NOT_APPLICABLE', 'primary key must not hold an expression'],
    ['a INT, KEY k ((a))', 'DDL_NOT_APPLICABLE', 'brackets'],
    ['a INT, KEY k ((b + 1))', 'DDL_NOT_APPLICABLE', 'unknown column b'],
    ['a CHAR(2), KEY k ((lower(a)))', 'DDL_UNSUPPORTED', 'lower(`a`)'],
    ['a CHAR(2), KEY k ((a + 1))', 'DDL_UNSUPPORTED', 'column a'],
    ['a GEOMETRY', 'DDL_UNSUPPORTED', 'GEOMETRY'],
    ['a INT, KEY f (a(2), b), b INT, CONSTRAINT f FOREIGN KEY (b) REFERENCES p (id)', 'DDL_NOT_APPLICABLE', 'key f'],
  ])('%s', (body, code, words) => {
    expect(() => built(`CREATE TABLE t (${body})`)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
  });
});
