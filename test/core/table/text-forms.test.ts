import { describe, expect, it } from '@jest/globals';
import { bytesOfText, replaceLoneSurrogates, textOfByteString } from '../../../src/core/table/byte-string';
import { canonicalText } from '../../conformance/canonical-text';
import { createTableText, createTableTextOfShape } from '../../../src/core/table/create-table';
import { differences } from '../../../src/core/table/differences';
import { Shapes } from '../../../src/core/table/shapes';
import type { Column } from '../../../src/core/table/table-schema';
import { column, index, table } from './schema-builder';

describe('canonical text', () => {
  it('lists columns and indexes by name, and the options', () => {
    const schema = table(
      [
        column('b', 'varchar', { value: "it's" }),
        column('A', 'int', { notNull: true, autoIncrement: true, flags: 32 }),
        column('g', 'int', { expression: '`a` + 1', stored: true }),
        column('e', 'enum', { members: ["x'y", 'z'] }),
        column('f', 'float', { length: 7, decimals: 3 }),
      ],
      [index('u', ['b(3)', 'A'], 'unique'), { ...index('h', ['b']), type: 2 }, index('PRIMARY', ['a'], 'primary')],
      { compression: 'zlib', shardRowIdBits: 4, autoRandomBits: 5 },
    );
    expect(canonicalText(new Shapes().intern(schema))).toBe(
      'CREATE TABLE `tbl`(`a` INT(11) UNSIGNED NOT NULL AUTO_INCREMENT, ' +
        "`b` VARCHAR(10) CHARACTER SET UTF8MB4 COLLATE utf8mb4_bin DEFAULT it's, `e` ENUM('x''y','z'), `f` FLOAT(7,3), " +
        '`g` INT(11) GENERATED ALWAYS AS (`a` + 1) STORED, ' +
        'KEY `h` USING HASH (`b`), PRIMARY KEY (`a`), UNIQUE KEY `u` (`b`(3), `a`)) COLLATE utf8mb4_bin' +
        " COMPRESSION 'zlib' SHARD_ROW_ID_BITS 4/* AUTO_RANDOM_BITS 5 */",
    );
  });

  it('shows bytes that are no text as U+FFFD', () => {
    const schema = table([column('b', 'bit', { value: '\xff' }), column('c', 'binary', { value: 'a\udcfe' })]);
    expect(canonicalText(new Shapes().intern(schema))).toContain('DEFAULT \ufffd, `c` BINARY(4) DEFAULT a\ufffd)');
  });
});

describe('CREATE TABLE', () => {
  const line = (only: Column): string | undefined =>
    createTableText(table([only]))
      .split('\n')[1]
      ?.trim();

  it.each<[Column, string]>([
    [column('a`b', 'int'), '`a``b` int(11) NULL DEFAULT NULL'],
    [column('c', 'int', { notNull: true }), '`c` int(11) NOT NULL'],
    [
      column('c', 'int', { notNull: true, autoIncrement: true, flags: 96 }),
      '`c` int(11) unsigned zerofill NOT NULL AUTO_INCREMENT',
    ],
    [column('c', 'int', { flags: 4096 }), '`c` int(11) NULL'],
    [column('c', 'year', { flags: 96, notNull: true, value: '0000' }), "`c` year NOT NULL DEFAULT '0000'"],
    [column('c', 'year', { flags: 4192, notNull: true, value: '0000' }), '`c` year NOT NULL'],
    [column('c', 'bit', { value: '\x05\xff' }), "`c` bit(8) NULL DEFAULT b'10111111111'"],
    [column('c', 'bit', { value: '' }), "`c` bit(8) NULL DEFAULT b'0'"],
    [
      column('c', 'datetime', { value: 'CURRENT_TIMESTAMP', flags: 8192 }),
      '`c` datetime(2) NULL DEFAULT CURRENT_TIMESTAMP(2) ON UPDATE CURRENT_TIMESTAMP(2)',
    ],
    [column('c', 'varchar', { value: "a'b\\c\n" }), "`c` varchar(10) NULL DEFAULT 'a''b\\\\c\\n'"],
    [
      column('c', 'varchar', { collation: 'latin1_bin' }),
      '`c` varchar(10) CHARACTER SET latin1 COLLATE latin1_bin NULL DEFAULT NULL',
    ],
    [column('c', 'binary', { value: 'a\udcfe' }), "`c` binary(4) NULL DEFAULT x'61fe'"],
    [column('c', 'binary', { value: 'a\0' }), "`c` binary(4) NULL DEFAULT 'a\\0'"],
    [column('c', 'text', { notNull: true, value: '' }), "`c` text NOT NULL DEFAULT ('')"],
    [column('c', 'json'), '`c` json NULL'],
    [column('c', 'float', { decimals: 2, length: 7 }), '`c` float(7,2) NULL DEFAULT NULL'],
    [column('c', 'enum', { members: ["it's", 'b\\'], value: 'b\\' }), "`c` enum('it''s','b\\\\') NULL DEFAULT 'b\\\\'"],
    [column('c', 'int', { expression: '`a` + 1', stored: true }), '`c` int(11) GENERATED ALWAYS AS (`a` + 1) STORED'],
    [column('c', 'int', { comment: "it's" }), "`c` int(11) NULL DEFAULT NULL COMMENT 'it''s'"],
  ])('a column %#', (only, expected) => {
    expect(line(only)).toBe(expected);
  });

  it('has a line for each column and index, and the options', () => {
    const hidden = column('_V$_e_0', 'bigint', { expression: '`a` + 1', hidden: true });
    const schema = table(
      [column('b', 'int', { notNull: true }), column('a', 'varchar'), hidden],
      [
        index('PRIMARY', ['b'], 'primary'),
        index('u', ['a(3)', 'b'], 'unique'),
        { ...index('h', ['a']), type: 2, comment: 'x', invisible: true },
        index('e', ['_V$_e_0']),
      ],
      {
        name: 't`1',
        primaryKeyKind: 'handle',
        autoIncrementId: 9n,
        compression: 'lz4',
        comment: 'c',
        autoRandomBits: 5,
        shardRowIdBits: 4,
        preSplitRegions: 2,
      },
    );
    expect(createTableText(schema)).toBe(
      [
        'CREATE TABLE `t``1` (',
        '  `b` int(11) NOT NULL /*T![auto_rand] AUTO_RANDOM(5) */,',
        '  `a` varchar(10) NULL DEFAULT NULL,',
        '  PRIMARY KEY (`b`) /*T![clustered_index] CLUSTERED */,',
        '  UNIQUE KEY `u` (`a`(3), `b`),',
        "  KEY `h` (`a`) USING HASH COMMENT 'x' /*!80000 INVISIBLE */,",
        '  KEY `e` ((`a` + 1))',
        ") DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin AUTO_INCREMENT=9 COMPRESSION='lz4'" +
          " /*T! SHARD_ROW_ID_BITS=4 */ /*T! PRE_SPLIT_REGIONS=2 */ COMMENT='c'",
      ].join('\n'),
    );
  });

  it('of a shape follows the given order, then the names', () => {
    const shape = new Shapes().intern(table(['d', 'c', 'b', 'a'].map((name) => column(name, 'int'))));
    const text = createTableTextOfShape(shape, 't', ['C', 'unknown', 'a']);
    expect([...text.matchAll(/^ {2}`(.)`/gmu)].map(([, name]) => name)).toEqual(['c', 'a', 'b', 'd']);
  });
});

describe('differences', () => {
  it('are listed for the table, columns and indexes', () => {
    const from = table([column('a', 'int'), column('b', 'varchar')], [index('k', ['a'])], { compression: 'lz4' });
    const to = table(
      [column('A', 'bigint', { notNull: true, value: '1' }), column('c', 'int')],
      [index('k', ['a'], 'unique')],
    );
    expect(differences(from, new Shapes().intern(to))).toEqual([
      { kind: 'table', name: '', property: 'compression', from: 'lz4', to: 'none' },
      { kind: 'column', name: 'a', property: 'type', from: 'INT(11)', to: 'BIGINT(20)' },
      { kind: 'column', name: 'a', property: 'default', from: 'none', to: '"1"' },
      { kind: 'column', name: 'a', property: 'nullable', from: 'NULL', to: 'NOT NULL' },
      { kind: 'column', name: 'a', property: 'key', from: 'multiple', to: 'unique' },
      { kind: 'column', name: 'b', property: 'definition', from: 'VARCHAR(10) NULL', to: null },
      { kind: 'column', name: 'c', property: 'definition', from: null, to: 'INT(11) NULL' },
      { kind: 'index', name: 'k', property: 'definition', from: 'KEY (a)', to: 'UNIQUE KEY (a)' },
    ]);
  });
});

describe('byte strings', () => {
  it.each([
    ['ascii', 'az\0', 'az\0'],
    ['two, three and four bytes', '\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80', 'ä€😀'],
    ['a lone continuation', '\x80', '\udc80'],
    ['a cut sequence', '\xe2\x82', '\udce2\udc82'],
    ['an overlong form', '\xc0\x80', '\udcc0\udc80'],
    ['a surrogate', '\xed\xa0\x80', '\udced\udca0\udc80'],
    ['beyond the last point', '\xf4\x90\x80\x80', '\udcf4\udc90\udc80\udc80'],
  ])('%s', (_, bytes, text) => {
    expect(textOfByteString(bytes)).toBe(text);
    expect(bytesOfText(text)).toBe(bytes);
  });

  it('keep every byte apart', () => {
    const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
    expect(new Set(all.map(textOfByteString)).size).toBe(256);
    expect(replaceLoneSurrogates('a\udcff😀')).toBe('a\ufffd😀');
  });
});
