import { describe, expect, it } from '@jest/globals';
import { encodeMySqlGtids, parseGtidSet } from '../../../sdk/plugins/mysql/upstream/gtid-set';
import { comparePositions, isReached, parsePosition } from '../../../sdk/plugins/mysql/upstream/log-position';
import type { JsonValue } from '../../../sdk';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';

const at = (file: string, offset: number, event = 0): JsonValue => ({ file, offset, event });
const gtids = (set: string, count: number, event = 0) => ({
  ...{ file: 'b.000001', offset: 4 },
  event,
  gtids: { set, count },
});
const snapshot = (schema: string, table: string, rows: number): JsonValue => ({
  ...{ file: 'b.000001', offset: 4, event: 0 },
  snapshot: { schema, table, rows, after: null },
});

describe('positions', () => {
  const ORDER: readonly JsonValue[] = [
    snapshot('a', 'a', 5),
    snapshot('a', 'b', 1),
    snapshot('a', 'b', 2),
    snapshot('b', 'a', 0),
    at('b.000001', 4),
    at('b.000001', 4, 1),
    at('b.000001', 4, 2),
    at('b.000001', 100),
    at('b.999999', 4),
    at('b.1000000', 4),
  ];

  it('are ordered by file, offset and event, a snapshot before the log', () => {
    for (const [i, a] of ORDER.entries())
      for (const [j, b] of ORDER.entries()) expect(Math.sign(comparePositions(a, b))).toBe(Math.sign(i - j));
  });

  it('with GTIDs are ordered by transactions, whatever the file', () => {
    const [a, b] = [gtids('0-1-5', 5, 2), { ...gtids('0-2-6', 6), file: 'a.000001' }];
    expect(comparePositions(a, b)).toBeLessThan(0);
    expect(comparePositions(gtids('0-1-5', 5, 1), gtids('0-1-5', 5, 2))).toBeLessThan(0);
  });

  it.each([
    [at('b.000002', 100), true],
    [at('b.000002', 99), false],
    [at('b.000001', 500), false],
    [at('b.000003', 4), true],
  ])('%j is where the log ended, or behind it: %s', (place, isSo) => {
    expect(isReached({ file: 'b.000002', offset: 100 }, parsePosition(place))).toBe(isSo);
  });

  it('of a heartbeat have no room for a file beyond 4 GiB, so that its file is enough', () => {
    expect(isReached({ file: 'b.000002', offset: 5e9 }, { file: 'b.000002', offset: 7 })).toBe(true);
    expect(isReached({ file: 'b.000002', offset: 5e9 }, { file: 'b.000001', offset: 7 })).toBe(false);
  });

  it.each([
    [null],
    [7],
    [{}],
    [{ file: 'b', offset: 4 }],
    [{ file: 'b.000001', offset: -1 }],
    [{ file: 'b.000001', offset: 4, shadows: { x: 1 } }],
  ])('%j is none', (position) => {
    expect(() => parsePosition(position)).toThrow('not a position of a binlog');
  });
});

describe('sets of GTIDs', () => {
  it("of MariaDB hold each domain's last", () => {
    const set = parseGtidSet('0-1-5, 1-2-7', true);
    expect(set.count).toBe(12);
    expect(set.with('0-9-6').with('2-1-1')).toMatchObject({ text: '0-9-6,1-2-7,2-1-1', count: 14 });
  });

  it('of MySQL hold intervals, which grow together', () => {
    const set = parseGtidSet(`${UUID.toUpperCase()}:1-3:7`, false);
    expect(set).toMatchObject({ text: `${UUID}:1-3:7`, count: 4 });
    const next = set.with(`${UUID}:5`).with(`${UUID}:4`);
    expect(next).toMatchObject({ text: `${UUID}:1-5:7`, count: 6 });
    expect(next.with(`${UUID}:6`).text).toBe(`${UUID}:1-7`);
    expect(next.with(`${UUID}:2`)).toMatchObject({ count: 6 });
  });

  it('of MySQL are sent as intervals without their ends', () => {
    expect(encodeMySqlGtids(`${UUID}:1-3:7`).toString('hex')).toBe(
      ['0100000000000000', UUID.replaceAll('-', ''), '0200000000000000', '0100000000000000', '0400000000000000']
        .concat('0700000000000000', '0800000000000000')
        .join(''),
    );
    expect(encodeMySqlGtids('')).toEqual(Buffer.alloc(8));
    expect(() => encodeMySqlGtids(`${UUID}:tag:1`)).toThrow('without tags');
  });

  it.each([
    ['0-1', true],
    ['a-b-c', true],
    [UUID, false],
    [`${UUID}:0`, false],
    [`${UUID}:5-3`, false],
    ['x:1', false],
  ])('%s is none (MariaDB: %s)', (text, isMariaDb) => {
    expect(() => parseGtidSet(text, isMariaDb)).toThrow('not a set of GTIDs');
  });
});
