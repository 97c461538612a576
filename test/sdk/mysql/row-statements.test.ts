import { describe, expect, it } from '@jest/globals';
import type { JsonValue, Row, RowChange, RowChangeKind } from '../../../sdk';
import { RowStatements } from '../../../sdk/plugins/mysql/downstream/row-statements';
import type { RowStatement } from '../../../sdk/plugins/mysql/downstream/row-statements';
import { sqlLiteral } from '../../../sdk/plugins/mysql/values/sql-literal';
import type { TargetColumn, TargetTable } from '../../../sdk/plugins/mysql/downstream/target-table';

const column = (name: string, more: Partial<TargetColumn> = {}): readonly [string, TargetColumn] => [
  name.toLowerCase(),
  { name, isGenerated: false, isNumber: true, isEnum: false, isComparable: true, ...more },
];

function table(
  keys: TargetTable['keys'],
  hasOneKey: boolean,
  ...more: (readonly [string, TargetColumn])[]
): TargetTable {
  return { name: '`db`.`t`', columns: new Map([column('id'), column('u'), ...more]), keys, hasOneKey };
}

const LIMIT = { mostBytes: 1_000_000, server: 'db:3306' };

const ONE = table([['id']], true);
const TWO = table([['id'], ['u']], false);
const NONE = table([], false);

type Images = readonly [before: Row | null, after: Row | null];

function statements(
  target: TargetTable,
  images: readonly Images[],
  more: Partial<RowChange> = {},
  limit = LIMIT,
): readonly RowStatement[] {
  const writing = new RowStatements(limit);
  for (const [before, after] of images) {
    const change: RowChangeKind = before === null ? 'insert' : after === null ? 'delete' : 'update';
    writing.add(
      {
        ...{ target: { schema: 'db', table: 't' }, source: 's', table: { schema: 'a', table: 'b' } },
        ...{ change, columns: ['id', 'u'], position: null, repeated: false },
        rows: [{ ...(before === null ? {} : { before }), ...(after === null ? {} : { after }) }],
        ...more,
      },
      target,
    );
  }
  return writing.finish();
}

const sqlOf = (...given: Parameters<typeof statements>): readonly string[] =>
  statements(...given).map(({ sql }) => sql);

const row = (id: number, u: number | null): Row => ({ id, u });
const UPSERT = 'INSERT INTO `db`.`t` (`id`, `u`) VALUES ';
const TAIL = ' ON DUPLICATE KEY UPDATE `id` = VALUES(`id`), `u` = VALUES(`u`)';

describe('rows of a table with one key', () => {
  it('are written once, as they are in the end; those that go go first', () => {
    expect(
      sqlOf(ONE, [
        [null, row(1, 1)],
        [null, row(2, 2)],
        [row(1, 1), row(1, 7)],
        [row(2, 2), null],
        [row(3, 3), null],
        [null, row(3, 4)],
        [row(4, null), row(4, 5)],
      ]),
    ).toEqual(['DELETE FROM `db`.`t` WHERE `id` IN (2, 3)', `${UPSERT}(1, 7), (3, 4), (4, 5)${TAIL}`]);
  });

  it('keep what other shards have of them when their key changes', () => {
    const [before, update, after] = statements(ONE, [
      [null, row(1, 1)],
      [row(1, 1), row(9, 1)],
      [null, row(1, 2)],
    ]);
    expect(before?.sql).toBe(`${UPSERT}(1, 1)${TAIL}`);
    expect(update).toMatchObject({
      sql: 'UPDATE `db`.`t` SET `id` = 9, `u` = 1 WHERE `id` <=> 1',
      otherwise: { sql: `${UPSERT}(9, 1)${TAIL}` },
    });
    expect(after?.sql).toBe(`${UPSERT}(1, 2)${TAIL}`);
  });

  it('that may have come before replace what is there, also under another key', () => {
    expect(
      sqlOf(
        ONE,
        [
          [null, row(1, 1)],
          [row(2, 2), row(3, 2)],
        ],
        { repeated: true },
      ),
    ).toEqual(['DELETE FROM `db`.`t` WHERE `id` IN (2)', 'REPLACE INTO `db`.`t` (`id`, `u`) VALUES (1, 1), (3, 2)']);
  });

  it.each([false, true])('lose no value of a column that isn’t there (repeated: %s)', (repeated) => {
    const columns = ['id', 'u', 'later'];
    const row = { id: 1, u: 1, later: 5 };
    expect(() => sqlOf(ONE, [[null, row]], { columns, repeated })).toThrow(
      '`db`.`t` has no column later, which rows of a.b have: add it there as the shard has it, then start the worker again',
    );
  });

  it('make statements of a bounded size', () => {
    const many = statements(
      ONE,
      Array.from({ length: 2_500 }, (_, id): Images => [null, row(id, 0)]),
    );
    expect(many.map(({ sql }) => sql.split('), (').length)).toEqual([1_000, 1_000, 500]);
  });
});

describe('a row that is larger than a statement may be', () => {
  const limit = { mostBytes: 1_000, server: 'db:3306' };
  const target = table([['id']], true, column('b', { isNumber: false }));
  const of = (value: JsonValue): readonly RowStatement[] =>
    statements(target, [[null, { id: 1, b: value }]], { columns: ['id', 'b'] }, limit);

  it.each<readonly [string, JsonValue, string]>([
    ['a text with much to escape', `${"'\\".repeat(150)}ä😀`.repeat(2), '@lockstep_1'],
    ['a text of pairs', '😀'.repeat(249), '@lockstep_1'],
    ['bytes', { base64: Buffer.alloc(984).toString('base64'), charset: 'binary' }, '@lockstep_1'],
    [
      'a text that only servers read',
      { base64: Buffer.alloc(984, '中').toString('base64'), charset: 'gbk' },
      'CONVERT(@lockstep_1 USING gbk)',
    ],
  ])('sends %s in pieces that fit', (_what, value, literal) => {
    const [{ sql, preparing } = { sql: '', preparing: [] }, ...others] = of(value);
    expect(others).toEqual([]);
    expect(sql).toBe(
      `INSERT INTO \`db\`.\`t\` (\`id\`, \`b\`) VALUES (1, ${literal}) ON DUPLICATE KEY UPDATE \`id\` = VALUES(\`id\`), \`b\` = VALUES(\`b\`)`,
    );
    expect(preparing.length).toBeGreaterThan(1);
    for (const each of preparing) expect(Buffer.byteLength(each)).toBeLessThanOrEqual(1_000);
    const [first = '', ...rest] = preparing;
    const pieces = [
      first.slice('SET @lockstep_1 = '.length),
      ...rest.map((each) => each.slice('SET @lockstep_1 = CONCAT(@lockstep_1, '.length, -1)),
    ];
    const whole =
      typeof value === 'string' ? sqlLiteral(value).slice(1, -1) : sqlLiteral(value).replace(/^\S* ?x'(.*)'$/u, '$1');
    expect(pieces.map((piece) => piece.replace(/^x?'(.*)'$/su, '$1')).join('')).toBe(whole);
  });

  it('is refused if one of its values is larger', () => {
    expect(() => of('x'.repeat(1_001))).toThrow(
      'a value of a row of `db`.`t` with id = 1 takes 1001 bytes, and db:3306 takes 1000 at once: SET GLOBAL max_allowed_packet = 1024 there',
    );
  });
});

describe('rows of a table with several keys', () => {
  it('are written in their order, because they may give each other values', () => {
    expect(
      sqlOf(TWO, [
        [null, row(1, 1)],
        [null, row(2, 2)],
        [row(1, 1), null],
        [null, row(3, 1)],
      ]),
    ).toEqual([`${UPSERT}(1, 1), (2, 2)${TAIL}`, 'DELETE FROM `db`.`t` WHERE `id` IN (1)', `${UPSERT}(3, 1)${TAIL}`]);
  });
});

describe('rows of a table without a key', () => {
  it('are found by all of their values, one at a time', () => {
    const plain = sqlOf(NONE, [
      [row(1, null), null],
      [row(1, 1), row(1, 2)],
    ]);
    expect(plain).toEqual([
      'DELETE FROM `db`.`t` WHERE `id` <=> 1 AND `u` <=> NULL LIMIT 1',
      'UPDATE `db`.`t` SET `id` = 1, `u` = 2 WHERE `id` <=> 1 AND `u` <=> 1 LIMIT 1',
    ]);
  });
});

describe('columns', () => {
  it('that are generated are left out, those that the shard lacks get their default', () => {
    const target = table([['id']], true, column('g', { isGenerated: true }), column('later'));
    expect(sqlOf(target, [[null, { id: 1, u: 2, G: 3 }]], { columns: ['id', 'u', 'G'] })).toEqual([
      `${UPSERT}(1, 2)${TAIL}`,
    ]);
  });

  it('of an ENUM that holds no member are written without strict mode', () => {
    const target = table([['id']], true, column('e', { isEnum: true, isNumber: false }));
    const columns = ['id', 'u', 'e'];
    const of = (e: string | number): Images => [null, { id: e === 0 ? 1 : 2, u: 1, e }];
    expect(statements(target, [of('a'), of(0)], { columns }).map(({ isLenient }) => isLenient)).toEqual([false, true]);
  });

  it('must all be in a row', () => {
    expect(() => sqlOf(ONE, [[null, { id: 1 }]])).toThrow('has no value for u');
  });
});
