import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import {
  DM_LEADER_PREFIX,
  DmKeyKinds,
  dmKeyKind,
  dmPrefix,
  formatDmKey,
  parseDmKey,
} from '../../../src/core/wire/dm-keys';
import type { DmKey, DmKeyKind } from '../../../src/core/wire/dm-keys';
import { taskThatDmReads } from '../../conformance/task-that-dm-reads';
import { encodeHex } from '../../../src/core/wire/hex';

const task = parseTaskName('task-1');
const source = parseSourceId('源/1');
const table = parseUpstreamTable('s1', 'db`1', '表🚀');
const lockId = formatLockId(task, parseDownstreamTable('shop', 'or`ders'));

const keys: [DmKey, string][] = [
  [
    { kind: 'optimistic-source-tables', task, source },
    '/dm-master/shardddl-optimism/source-tables/7461736b2d31/e6ba902f31',
  ],
  [
    { kind: 'optimistic-info', task, table },
    '/dm-master/shardddl-optimism/info/7461736b2d31/7331/64626031/e8a1a8f09f9a80',
  ],
  [
    { kind: 'optimistic-operation', task, table },
    '/dm-master/shardddl-optimism/operation/7461736b2d31/7331/64626031/e8a1a8f09f9a80',
  ],
  [
    { kind: 'dropped-column', lockId, column: 'C1', table },
    `/dm-master/shardddl-optimism/dropped-columns/${encodeHex('task-1-`shop`.`or``ders`')}/4331/7331/64626031/e8a1a8f09f9a80`,
  ],
  [{ kind: 'pessimistic-info', task, source }, '/dm-master/shardddl-pessimism/info/7461736b2d31/e6ba902f31'],
  [{ kind: 'pessimistic-operation', task, source }, '/dm-master/shardddl-pessimism/operation/7461736b2d31/e6ba902f31'],
  [{ kind: 'subtask', source, task }, '/dm-master/upstream/subtask/e6ba902f31/7461736b2d31'],
  [{ kind: 'registered-worker', worker: 'w1' }, '/dm-worker/r/7731'],
  [{ kind: 'alive-worker', worker: 'w1' }, '/dm-worker/a/7731'],
  [{ kind: 'bound-worker', worker: 'w1' }, '/dm-master/bound-worker/7731'],
];

describe('keys', () => {
  it('of every kind are tested here', () => {
    expect(new Set(keys.map(([key]) => key.kind))).toEqual(new Set(DmKeyKinds));
  });

  it.each(keys)('$kind both ways', (key, text) => {
    expect(formatDmKey(key)).toBe(text);
    expect(parseDmKey(text)).toEqual(key);
    expect(dmKeyKind(text)).toBe(key.kind);
  });

  it.each([
    '/dm-master/shardddl-pessimism/info/7461736B2D31/E6BA902F31',
    '/dm-master/shardddl-pessimism/info/7461736b2d31/e6ba902f31/',
  ])('are read as leniently as DM does: %s', (text) => {
    expect(parseDmKey(text)).toEqual({ kind: 'pessimistic-info', task, source });
  });

  it.each([
    '',
    '/',
    '/dm-master/leader/1',
    '/dm-master/v2/upstream/config/7331',
    '/lockstep/task/74',
    '/dm-worker/rx/77',
  ])('of other kinds are nobody’s business: %s', (text) => {
    expect(parseDmKey(text)).toBeNull();
  });

  it.each([
    ['/dm-master/shardddl-pessimism/info/7461736b2d31', 'expected 2 parts'],
    ['/dm-master/shardddl-pessimism/info/74/73/73', 'expected 2 parts'],
    ['/dm-master/shardddl-pessimism/info/74//', 'expected 2 parts'],
    ['/dm-master/shardddl-pessimism/info//73', 'expected 2 parts'],
    ['/dm-master/shardddl-pessimism/info/', 'expected 2 parts'],
    ['/dm-master/shardddl-pessimism/info/zz/7331', 'not hex'],
    ['/dm-master/shardddl-pessimism/info/7/7331', 'not hex'],
    ['/dm-master/shardddl-pessimism/info/ff/7331', 'not valid UTF-8'],
    ['/dm-master/shardddl-pessimism/info/7400/7331', 'NUL'],
    ['/dm-master/shardddl-optimism/info/74/73/7573', 'expected 4 parts'],
    [`/dm-master/shardddl-optimism/dropped-columns/${encodeHex('x')}/63/73/7573/7574`, 'not a lock ID'],
    ['/dm-worker/r/', 'expected 1 parts'],
  ])('that are damaged are refused: %s', (text, reason) => {
    expect(() => parseDmKey(text)).toThrow(
      expect.objectContaining({
        code: 'UNREADABLE_VALUE',
        message: expect.stringContaining(reason),
        fields: { where: text, path: '' },
      }),
    );
  });

  it('of any names come back', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(name, name, name, name, name, (a, b, c, d, e) => {
        const upstream = parseUpstreamTable(b, c, d);
        const lock = formatLockId(parseTaskName(a), parseDownstreamTable(c, d));
        for (const key of [
          { kind: 'optimistic-info', task: parseTaskName(a), table: upstream },
          { kind: 'dropped-column', lockId: lock, column: e, table: upstream },
        ] as const) {
          const text = formatDmKey(key);
          expect(text).toMatch(/^[\x20-\x7e]+$/u);
          expect(parseDmKey(text)).toEqual(key);
        }
      }),
      { seed: 7 },
    );
  });
});

describe('prefixes', () => {
  it.each<[DmKeyKind, string[], string]>([
    ['optimistic-source-tables', [], '/dm-master/shardddl-optimism/source-tables/'],
    ['optimistic-info', ['t'], '/dm-master/shardddl-optimism/info/74/'],
    ['optimistic-info', ['t', 's', 'a'], '/dm-master/shardddl-optimism/info/74/73/61/'],
    ['optimistic-info', ['t', 's', 'a', 'b'], '/dm-master/shardddl-optimism/info/74/73/61/62'],
    ['subtask', ['s'], '/dm-master/upstream/subtask/73/'],
    ['alive-worker', [], '/dm-worker/a/'],
  ])('%s %j', (kind, parts, text) => {
    expect(dmPrefix(kind, ...parts)).toBe(text);
  });

  it.each<[DmKeyKind, string[]]>([
    ['pessimistic-info', ['t', '']],
    ['optimistic-info', ['t', 's', '', 'b']],
    ['pessimistic-info', ['t', 's', 'x']],
  ])('refuses %s %j', (kind, parts) => {
    expect(() => dmPrefix(kind, ...parts)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('of the leader is DM’s', () => {
    expect(DM_LEADER_PREFIX).toBe('/dm-master/leader');
  });
});

describe('the task that DM reads', () => {
  it.each([
    ['a-`b`.`c`', 'a'],
    ['a--`b`.`c`', 'a-'],
    ['t-`a`.`b`-x-`db`.`tb`', 't-`a`.`b`-x'],
    ['t-``.``', 't'],
    ['-`a`.`b`', null],
    ['task-1-shop.orders', null],
    ['a-`b`.`c`\n-`d`.`e`', 'a'],
    ['x\na-`b`.`c`', 'a'],
    ['a\u2028-`b`.`c`', 'a\u2028'],
  ])('%j', (text, expected) => {
    expect(taskThatDmReads(text)).toBe(expected);
  });
});
