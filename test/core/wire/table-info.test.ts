import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { LockstepError } from '../../../src/core/model/error';
import { Shapes } from '../../../src/core/table/shapes';
import { decodeBase64, encodeBase64 } from '../../../src/core/wire/base64';
import { SchemaReader, readTableInfo, skipValue, writeTableInfo } from '../../../src/core/wire/table-info';
import { tableInfoKey } from '../../../src/core/wire/table-info-key';
import { column, index, table } from '../table/schema-builder';

const plain = table(
  [column('id', 'int', { notNull: true }), column('v', 'varchar')],
  [index('PRIMARY', ['id'], 'primary')],
);

describe('writing and reading', () => {
  const rich = {
    ...table(
      [
        column('Id', 'bigint', { notNull: true, autoIncrement: true }),
        column('b', 'bit', { value: '\xfe' }),
        column('e', 'enum', { members: ['<a>', '\u2028'], value: '<a>' }),
        { ...column('g', 'int', { expression: "concat(`Id`, '`no`', `b``c`)" }), originDefault: '0' },
      ],
      [index('PRIMARY', ['Id'], 'primary'), index('k', ['e', 'b'])],
      {
        name: 'T & U',
        comment: 'it\\s',
        autoIncrementId: 7n,
        shardRowIdBits: 4,
        autoRandomBits: 5,
        preSplitRegions: 2,
        compression: 'lz4',
      },
    ),
  };

  it('gives the schema back', () => {
    expect(readTableInfo(writeTableInfo(rich))).toEqual(rich);
    const handle = { ...plain, primaryKeyKind: 'handle' as const };
    expect(readTableInfo(writeTableInfo(handle))).toEqual(handle);
    expect(writeTableInfo(handle)).toContain('"index_info":null');
    const common = { ...plain, primaryKeyKind: 'common-handle' as const };
    expect(readTableInfo(writeTableInfo(common))).toEqual(common);
  });

  it('escapes as Go does, and names what a generated column reads', () => {
    const text = writeTableInfo(rich);
    expect(text).toContain('"name":{"O":"T \\u0026 U","L":"t \\u0026 u"}');
    expect(text).toContain('"Elems":["\\u003ca\\u003e","\\u2028"]');
    expect(text).toContain('"dependences":{"b`c":{},"id":{}}');
    expect(text).toContain('"default":"\ufffd","default_bit":"/g=="');
  });
});

describe('the recorded table infos', () => {
  const file = join(__dirname, '../../conformance/vectors/schema-tables.jsonl.gz');
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  const infos = lines.map((line) => line.slice(line.indexOf('"info":') + '"info":'.length, -1));

  it('are written byte for byte as recorded, but for foreign keys and partitions', () => {
    const kept = infos.filter((info) => /"fk_info":null/u.test(info) && /"partition":null/u.test(info));
    expect(kept.length).toBeGreaterThan(600);
    for (const info of kept) expect(writeTableInfo(readTableInfo(info))).toBe(info);
  });

  it('end where skipValue says, wherever they start', () => {
    for (const line of lines) {
      const start = line.indexOf('"info":') + '"info":'.length;
      expect(skipValue(line, start)).toBe(line.length - 1);
    }
  });
});

describe('reading what others wrote', () => {
  it('takes missing fields as Go does, and ignores unknown ones', () => {
    const schema = readTableInfo('{"name":{"O":"T"},"new":[1],"cols":[{"name":{"O":"a","L":"a"},"type":{"Tp":3}}]}');
    expect(schema).toMatchObject({
      name: 'T',
      indexes: [],
      primaryKeyKind: 'index',
      autoIncrementId: 0n,
      compression: '',
    });
    expect(schema.columns).toMatchObject([
      { name: 'a', defaultValue: null, generated: null, type: { code: 3, flags: 0 } },
    ]);
  });

  it('takes a BIT default from its text if there are no bytes', () => {
    const info = '{"cols":[{"name":{"O":"b"},"type":{"Tp":16},"default":"\\u0001","default_bit":null}]}';
    expect(readTableInfo(info).columns[0]?.defaultValue).toBe('\x01');
  });

  it('takes a BIT default of any length', () => {
    const info = `{"cols":[{"name":{"O":"b"},"type":{"Tp":16},"default":"${'x'.repeat(300_000)}"}]}`;
    expect(readTableInfo(info).columns[0]?.defaultValue).toHaveLength(300_000);
  });

  it('keeps every digit of a start of auto-increment', () => {
    const text = writeTableInfo(plain).replace(/"auto_inc_id":\d+/u, '"auto_inc_id":1234567890123456789');
    const { schema, shape } = new SchemaReader(new Shapes()).read(text);
    expect(schema.autoIncrementId).toBe(1234567890123456789n);
    expect(writeTableInfo(schema)).toBe(text);
    expect(shape.table.autoIncrementId).toBe(1234567890123456789n);
  });

  it('counts columns and indexes in every state', () => {
    const text = writeTableInfo(plain).replaceAll('"state":5', '"state":0');
    expect(readTableInfo(text)).toEqual(plain);
  });

  it.each([
    ['{', ''],
    ['7', 'expected an object'],
    ['{"cols":{}}', 'cols'],
    ['{"cols":[{"name":"a"}]}', 'cols[0].name'],
    ['{"cols":[{"type":{"Tp":"int"}}]}', 'cols[0].type.Tp'],
    ['{"cols":[{"type":{"Tp":16},"default_bit":"?"}]}', 'cols[0].default_bit'],
    ['{"cols":[{"default":5}]}', 'cols[0].default'],
    ['{"index_info":[{"idx_cols":[{"length":1.5}]}]}', 'index_info[0].idx_cols[0].length'],
    ['{"pk_is_handle":1}', 'pk_is_handle'],
    ['{"auto_inc_id":12345678901234567890}', 'auto_inc_id'],
    ['{"auto_inc_id":"7"}', 'auto_inc_id'],
    ['{"cols":[{"type":{"Tp":254,"Flen":4294967295}}]}', 'cols[0].type.Flen'],
    ['{"cols":[{"type":{"Tp":15,"Flen":4294967296}}]}', 'cols[0].type.Flen'],
    ['{"cols":[{"type":{"Tp":12,"Decimal":1000000000}}]}', 'cols[0].type.Decimal'],
  ])('refuses %s and says where', (text, path) => {
    const fault = (): unknown => {
      try {
        return readTableInfo(text, 'the key');
      } catch (error) {
        return error;
      }
    };
    expect(fault()).toBeInstanceOf(LockstepError);
    expect(fault()).toMatchObject({ code: 'UNREADABLE_VALUE', fields: { where: 'the key' } });
    expect(String(fault())).toContain(path);
  });
});

describe('SchemaReader', () => {
  const text = writeTableInfo(plain);
  const other = text.replace('{"id":0,"name":{"O":"t","L":"t"}', '{"id":12,"name":{"O":"Shard_7","L":"shard_7"}');
  const later = other.replace('"update_timestamp":0', '"update_timestamp":450123456789');

  it('knows a schema again under another name, number and time', () => {
    const reader = new SchemaReader(new Shapes());
    const known = reader.read(text);
    expect(reader.read(other)).toBe(known);
    const late = reader.read(later);
    expect(late.shape).toBe(known.shape);
    expect(reader.read(later.replace('450123456789', '450'))).toBe(late);
    expect(reader.read(text.replace('"Flen":10', '"Flen":11')).shape).not.toBe(known.shape);
  });

  it('has no key for two texts of different schemas', () => {
    const texts = [
      text,
      text.replace('"comment":""', '"comment":",\\"update_timestamp\\":11"'),
      text.replace('"charset"', '"name":{"O":"x","L":"x"},"charset"'),
      text.slice(text.indexOf('"charset"')),
      text.replace('"O":"t"', '"O":"\\u0074"'),
      text.replace('{"id":0', '{"id":00'),
      text.replace('{"id":0', '{"id":'),
      `${text},${text}`,
    ];
    expect(new Set(texts.map(tableInfoKey)).size).toBe(texts.length);
  });

  it('never takes for known what is no JSON', () => {
    const reader = new SchemaReader(new Shapes());
    reader.read(text);
    reader.read(later);
    const broken = ['"O":"t\n"', '"O":"\\x"', '"O":t'].map((name) => text.replace('"O":"t"', name));
    const numbers = [
      text.replace('{"id":0', '{"id":01'),
      later.replace('"update_timestamp":45', '"update_timestamp":045'),
    ];
    const rest = text.slice(text.indexOf('"charset"'));
    reader.read('{"a":1}');
    const headed = `${text.slice(0, -rest.length)}{"a":1}`;
    for (const bad of [rest, headed, ...broken, ...numbers, `${text}}`, `${text},{}`, text.slice(0, -1)]) {
      expect(() => reader.read(bad)).toThrow(LockstepError);
    }
  });

  it('holds the columns that schemas share once', () => {
    const reader = new SchemaReader(new Shapes());
    const one = reader.read(text).schema;
    const two = reader.read(text.replace('"Flen":10', '"Flen":11')).schema;
    expect(two).not.toBe(one);
    expect(two.columns.filter((column, at) => column !== one.columns[at])).toHaveLength(1);
  });

  it.each([
    ['columns twice', text.replace('"index_info"', '"cols":[],"index_info"')],
    ['columns under another name first', text.replace('"cols":', '"COLS":[],"cols":')],
    ['columns under another name last', text.replace('"index_info"', '"Cols":[],"index_info"')],
    ['no columns', text.replace('"cols":', '"cols":null,"other":')],
    ['columns that are no list', text.replace('"cols":', '"cols":{"a":1},"other":')],
    ['a number for the columns', text.replace('"cols":', '"cols":0,"other":')],
    ['a field of that name elsewhere first', text.replace('"charset"', '"x":{"cols":[7]},"charset"')],
    ['a text like the field', text.replace('"charset"', '"x":"\\"cols\\":[7]","charset"')],
    ['white space', text.replace('"cols":[', '"cols":[ \n').replace('},{', '} ,\t{')],
    ['white space before the list', text.replace('"cols":[', '"cols": [')],
    ['a column that is no object', text.replace('"cols":[', '"cols":[7,')],
    ['a column that is no JSON', text.replace('"cols":[{', '"cols":[{x')],
    ['a comma too many', text.replace('"cols":[', '"cols":[,')],
    ['a list that does not end', text.slice(0, text.indexOf('"index_info"'))],
  ])('reads %s as the whole text is read', (_, odd) => {
    const reader = new SchemaReader(new Shapes());
    reader.read(text);
    const outcome = (read: () => unknown): unknown => {
      try {
        return read();
      } catch (error) {
        return error;
      }
    };
    expect(outcome(() => reader.read(odd, 'the key').schema)).toEqual(outcome(() => readTableInfo(odd, 'the key')));
  });

  it('forgets the oldest texts, and still gives the same shape', () => {
    const shapes = new Shapes();
    const reader = new SchemaReader(shapes, 3 * text.length);
    const variants = Array.from({ length: 40 }, (_, at) => text.replace('"Flen":10', `"Flen":${100 + at}`));
    const first = variants.map((variant) => reader.read(variant));
    expect(reader.read(variants.at(-1)!)).toBe(first.at(-1));
    const again = reader.read(variants[0]!);
    expect(again).not.toBe(first[0]);
    expect(again.shape).toBe(first[0]!.shape);
  });
});

describe('skipValue', () => {
  it.each([
    ['{"a":[1,"}"]} ', 0, 13],
    ['[[],{}],1', 0, 7],
    ['"a\\"b",', 0, 6],
    ['"\\\\",', 0, 4],
    ['x:12,', 2, 4],
    ['-1.5e3]', 0, 6],
    ['true', 0, 4],
  ])('%s', (text, start, end) => {
    expect(skipValue(text, start)).toBe(end);
  });

  it.each(['', '{"a":1', '[', '"a', '"a\\"', ',1', '{"a}'])('refuses %s', (text) => {
    expect(() => skipValue(text, 0)).toThrow("doesn't end");
  });
});

describe('base64', () => {
  it.each([
    ['', ''],
    ['\0', 'AA=='],
    ['\xff\xfe', '//4='],
    ['Man', 'TWFu'],
    ['\x00\x10\x83\x10', 'ABCDEA=='],
  ])('%#', (bytes, text) => {
    expect(encodeBase64(bytes)).toBe(text);
    expect(decodeBase64(text)).toBe(bytes);
  });

  it.each(['A', 'AA', 'AA=', '=AAA', 'AA==AA==', 'A A=', 'AA-_'])('refuses %s', (text) => {
    expect(() => decodeBase64(text)).toThrow(LockstepError);
  });
});
