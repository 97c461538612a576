import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseDownstreamTable, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import type { KnownSchema } from '../../../src/core/table/known-schema';
import { Shapes } from '../../../src/core/table/shapes';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { OptimisticInfoReader, writeOptimisticInfo } from '../../../src/core/wire/optimistic-info';
import { readTableInfo, writeTableInfo } from '../../../src/core/wire/table-info';

const shapes = new Shapes();

/** A source without memory, so that every text is really read. */
const schemas = {
  read(text: string): KnownSchema {
    const schema = readTableInfo(text);
    return { schema, shape: shapes.intern(schema) };
  },
};

function schemaOf(...columns: readonly string[]): TableSchema {
  return {
    name: 't',
    columns: columns.map((name) => ({
      name,
      type: { code: 3, flags: 0, length: 11, decimals: 0, charset: 'binary', collation: 'binary', members: null },
      defaultValue: null,
      defaultIsExpression: false,
      originDefault: null,
      generated: null,
      comment: 'a "comment", {with} [brackets] \\ and ,"table-info-after":',
      hidden: false,
    })),
    indexes: [],
    primaryKeyKind: 'index',
    charset: 'utf8mb4',
    collation: 'utf8mb4_bin',
    autoIncrementId: 0n,
    shardRowIdBits: 0,
    autoRandomBits: 0,
    preSplitRegions: 0,
    compression: '',
    comment: '',
  };
}

const known = (schema: TableSchema): KnownSchema => ({ schema, shape: shapes.intern(schema) });
const ONE = writeTableInfo(schemaOf('a'));
const TWO = writeTableInfo(schemaOf('a', 'b'));
const THREE = writeTableInfo(schemaOf('a', 'b', 'c'));

/** The fields of a good info, as JSON texts in DM's order. */
const FIELDS = {
  task: '"t"',
  source: '"s"',
  'up-schema': '"d"',
  'up-table': '"u"',
  'down-schema': '"ds"',
  'down-table': '"dt"',
  ddls: '["x"]',
  'table-info-before': ONE,
  'table-info-after': `[${TWO}]`,
  'ignore-conflict': 'true',
};

/** An info with some fields replaced (or, undefined, left out), in the order of `names`. */
function infoText(
  changes: Readonly<Record<string, string | undefined>> = {},
  names: readonly string[] = Object.keys({ ...FIELDS, ...changes }),
  space = '',
): string {
  const values: Readonly<Record<string, string | undefined>> = { ...FIELDS, ...changes };
  const fields = names.filter((name) => values[name] !== undefined);
  return `{${space}${fields.map((name) => `"${name}"${space}:${space}${values[name] ?? ''}`).join(`${space},${space}`)}${space}}`;
}

function read(text: string): {
  ddls: readonly string[];
  before: readonly string[] | null;
  after: string[][];
  ignoreConflict: boolean;
} {
  const { ddls, before, after, ignoreConflict } = new OptimisticInfoReader(schemas).read(text, 'key');
  const names = ({ schema }: KnownSchema): string[] => schema.columns.map((column) => column.name);
  return { ddls, before: before === null ? null : names(before), after: after.map(names), ignoreConflict };
}

const EXPECTED = { ddls: ['x'], before: ['a'], after: [['a', 'b']], ignoreConflict: true };
const NASTY = 'say "table-info-before":{ and ,"table-info-after":[ then ,"ignore-conflict":true} \\" \u2028';

describe('an info', () => {
  it('is read', () => {
    const info = new OptimisticInfoReader(schemas).read(infoText());
    expect(info).toMatchObject({
      task: 't',
      table: { source: 's', schema: 'd', table: 'u' },
      target: { schema: 'ds', table: 'dt' },
    });
    expect(read(infoText())).toEqual(EXPECTED);
  });

  it('is read whatever the order of its fields and the white space are', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(Object.keys(FIELDS), { minLength: Object.keys(FIELDS).length }),
        fc.constantFrom('', ' ', '\n\t '),
        (names, space) => {
          expect(read(infoText({}, names, space))).toEqual(EXPECTED);
        },
      ),
      { seed: 3 },
    );
  });

  it('may have any text in its DDLs', () => {
    const ddls = [NASTY, '', '\0', '🚀'];
    for (const names of [Object.keys(FIELDS), Object.keys(FIELDS).reverse()]) {
      expect(read(infoText({ ddls: JSON.stringify(ddls) }, names)).ddls).toEqual(ddls);
    }
  });

  it.each<[string, string, object]>([
    [
      'several schemas',
      infoText({ ddls: '["x","y"]', 'table-info-after': `[${TWO},${THREE}]` }),
      {
        ddls: ['x', 'y'],
        after: [
          ['a', 'b'],
          ['a', 'b', 'c'],
        ],
      },
    ],
    [
      'space between schemas',
      infoText({ ddls: '["x","y"]', 'table-info-after': ` [ ${TWO} , ${THREE} ] ` }),
      {
        ddls: ['x', 'y'],
        after: [
          ['a', 'b'],
          ['a', 'b', 'c'],
        ],
      },
    ],
    [
      'more schemas than DDLs',
      infoText({ 'table-info-after': `[${TWO},${THREE}]` }),
      {
        after: [
          ['a', 'b'],
          ['a', 'b', 'c'],
        ],
      },
    ],
    ['more DDLs than schemas', infoText({ ddls: '["x","y"]' }), { ddls: ['x', 'y'] }],
    [
      'one object, before v2.0.2',
      infoText({ 'table-info-after': TWO, 'ignore-conflict': undefined }),
      { ignoreConflict: false },
    ],
    ['no ignore-conflict', infoText({ 'ignore-conflict': undefined }), { ignoreConflict: false }],
    [
      'null schemas',
      infoText({ 'table-info-before': 'null', 'table-info-after': 'null' }),
      { before: null, after: [] },
    ],
    [
      'missing schemas',
      infoText({ 'table-info-before': undefined, 'table-info-after': undefined }),
      { before: null, after: [] },
    ],
    ['no schemas after', infoText({ 'table-info-after': '[]' }), { after: [] }],
    ['null DDLs', infoText({ ddls: 'null' }), { ddls: [] }],
    ['unknown fields round the schemas', infoText({ zebra: '{"table-info-before":1}', apple: '[",",{}]' }), {}],
    [
      'unknown fields with schemas of their own',
      `{"x":{"table-info-before":${THREE},"table-info-after":[${THREE}]},${infoText().slice(1)}`,
      {},
    ],
    [
      'a field twice, the last counts',
      `${infoText().slice(0, -1)},"table-info-before":${THREE}}`,
      { before: ['a', 'b', 'c'] },
    ],
    ['escaped names of fields', infoText().replace('"table-info-before"', '"table\\u002dinfo-before"'), {}],
    [
      'names in other case',
      infoText().replace('"table-info-after"', '"Table-Info-After"').replace('"ddls"', '"DDLs"'),
      {},
    ],
  ])('with %s', (_name, text, changes) => {
    expect(read(text)).toEqual({ ...EXPECTED, ...changes });
  });

  it.each<[string, string, string]>([
    ['an unreadable schema before', infoText({ 'table-info-before': '{"cols":5}' }), 'table-info-before'],
    ['an unreadable schema after', infoText({ 'table-info-after': '[{"cols":5}]' }), 'table-info-after'],
    ['a schema that is a number', infoText({ 'table-info-before': '0', 'table-info-after': '1' }), 'table-info-before'],
    ['a schema that is a text', infoText({ 'table-info-after': '"x"' }), 'table-info-after'],
    ['a list with null', infoText({ 'table-info-after': '[null]' }), 'table-info-after'],
    ['a list within the list', infoText({ 'table-info-after': `[[${TWO}]]` }), 'table-info-after'],
    ['DDLs that are no list', infoText({ ddls: '"x"' }), 'ddls'],
    ['a DDL that is no text', infoText({ ddls: '["x",1]' }), 'ddls[1]'],
    ['a flag that is no boolean', infoText({ 'ignore-conflict': '1' }), 'ignore-conflict'],
    ['an empty task', infoText({ task: '""' }), ''],
    ['an empty target', infoText({ 'down-table': '""' }), ''],
    ['NUL in a name', infoText({ 'up-table': '"a\\u0000"' }), ''],
    ['a list', `[${infoText()}]`, ''],
    ['nothing', '', ''],
    ['null', 'null', ''],
    ['more than one value', `${infoText()}{}`, ''],
    ['an empty object', '{}', ''],
    ['a missing comma', infoText().replace('],"ignore', ']"ignore'), ''],
    ['a comma too many', infoText({ 'table-info-after': `[${TWO},]` }), ''],
    ['two schemas without a comma', infoText({ 'table-info-after': `[${TWO}${TWO}]` }), ''],
  ])('with %s is refused', (_name, text, path) => {
    expect(() => new OptimisticInfoReader(schemas).read(text, 'key')).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_VALUE', fields: { where: 'key', path } }),
    );
  });

  it('is refused wherever it is cut off', () => {
    const text = infoText();
    const reader = new OptimisticInfoReader(schemas);
    for (let length = 0; length < text.length; length += 7) {
      expect(() => reader.read(text.slice(0, length))).toThrow(expect.objectContaining({ code: 'UNREADABLE_VALUE' }));
    }
  });

  it('gives the same list object for the same DDLs', () => {
    const reader = new OptimisticInfoReader(schemas);
    const first = reader.read(infoText());
    expect(reader.read(infoText({ task: '"other"' })).ddls).toBe(first.ddls);
    expect(reader.read(infoText({ ddls: '["x","x"]' })).ddls).not.toBe(first.ddls);
    expect(reader.read(infoText({ ddls: '["[\\"x\\"]"]' })).ddls).not.toBe(first.ddls);
  });

  it('comes back as it was written', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(
        name,
        name,
        fc.array(fc.oneof(name, fc.constant(NASTY)), { maxLength: 3 }),
        fc.boolean(),
        (a, b, ddls, flag) => {
          const info = {
            task: parseTaskName(a),
            table: parseUpstreamTable(b, a, b),
            target: parseDownstreamTable(a, b),
            ddls,
            before: known(schemaOf(a)),
            after: ddls.map((_, index) =>
              known(schemaOf(a, ...Array.from({ length: index }, (__, number) => `${b}_${number}`))),
            ),
            ignoreConflict: flag,
          };
          expect(new OptimisticInfoReader(schemas).read(writeOptimisticInfo(info))).toEqual(info);
        },
      ),
      { seed: 5 },
    );
  });

  it('tells null lists from empty ones when written', () => {
    const info = {
      task: parseTaskName('t'),
      table: parseUpstreamTable('s', 'd', 'u'),
      target: parseDownstreamTable('ds', 'dt'),
      before: null,
      ignoreConflict: false,
    };
    expect(writeOptimisticInfo({ ...info, ddls: null, after: null })).toContain(
      '"ddls":null,"table-info-before":null,"table-info-after":null,"ignore-conflict":false}',
    );
    expect(writeOptimisticInfo({ ...info, ddls: [], after: [] })).toContain(
      '"ddls":[],"table-info-before":null,"table-info-after":[],',
    );
  });
});
