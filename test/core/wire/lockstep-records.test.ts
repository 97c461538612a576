import { describe, expect, it } from '@jest/globals';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import {
  formatLockstepKey,
  JOURNAL_PREFIX,
  LOCKSTEP_PREFIX,
  lockstepPrefix,
  parseLockstepKey,
} from '../../../src/core/wire/lockstep-keys';
import type { LockstepKey } from '../../../src/core/wire/lockstep-keys';
import { readRecord, writeRecord } from '../../../src/core/wire/lockstep-records';
import type { RecordFormat } from '../../../src/core/wire/lockstep-records';

const task = parseTaskName('t/1');
const source = parseSourceId('s');
const lockId = formatLockId(task, parseDownstreamTable('a', 'b'));
const table = parseUpstreamTable('s', 'db', 'tb');

describe('keys', () => {
  it.each<[LockstepKey, string]>([
    [{ kind: 'task', task }, '/lockstep/task/742f31'],
    [{ kind: 'session', task, source }, '/lockstep/session/742f31/73'],
    [{ kind: 'source-tables', task, source }, '/lockstep/source-tables/742f31/73'],
    [{ kind: 'initial-schema', task, table }, '/lockstep/initial-schema/742f31/73/6462/7462'],
    [{ kind: 'decision', lockId, table }, '/lockstep/decision/742f312d6061602e606260/73/6462/7462'],
    [
      { kind: 'lock', lockId: formatLockId(task, parseDownstreamTable('a', 'b')) },
      '/lockstep/lock/742f312d6061602e606260',
    ],
    [{ kind: 'break', task, source }, '/lockstep/break/742f31/73'],
    [{ kind: 'action', id: 'a1' }, '/lockstep/action/6131'],
    [{ kind: 'journal', sequence: 42 }, '/lockstep/journal/0000000000000042'],
    [{ kind: 'leader' }, '/lockstep/leader'],
  ])('$kind both ways', (key, text) => {
    expect(formatLockstepKey(key)).toBe(text);
    expect(parseLockstepKey(text)).toEqual(key);
    expect(text.startsWith(LOCKSTEP_PREFIX)).toBe(true);
  });

  it('of the journal sort as their numbers do', () => {
    const numbers = [0, 1, 9, 10, 99, 100, 12345, Number.MAX_SAFE_INTEGER];
    const texts = numbers.map((sequence) => formatLockstepKey({ kind: 'journal', sequence }));
    expect([...texts].sort()).toEqual(texts);
    expect(texts.map(parseLockstepKey)).toEqual(numbers.map((sequence) => ({ kind: 'journal', sequence })));
  });

  it('that a newer version may store are none of ours', () => {
    expect(parseLockstepKey('/lockstep/weather/74')).toBeNull();
    expect(parseLockstepKey('/lockstep/leaderboard')).toBeNull();
    expect(parseLockstepKey('/dm-worker/a/77')).toBeNull();
  });

  it.each([
    '/lockstep/task/',
    '/lockstep/task/74/73',
    '/lockstep/session/74',
    '/lockstep/session/74/zz',
    '/lockstep/lock/78',
    '/lockstep/action/',
    `${JOURNAL_PREFIX}42`,
    `${JOURNAL_PREFIX}9999999999999999`,
    `${JOURNAL_PREFIX}00000000000000x1`,
  ])('that are damaged are refused: %s', (text) => {
    expect(() => parseLockstepKey(text)).toThrow(expect.objectContaining({ code: 'UNREADABLE_VALUE' }));
  });

  it('have prefixes', () => {
    expect(lockstepPrefix('decision', lockId)).toBe('/lockstep/decision/742f312d6061602e606260/');
    expect(lockstepPrefix('lock')).toBe('/lockstep/lock/');
    expect(() => lockstepPrefix('session', task, '')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

interface Weather {
  readonly city: string;
  readonly degrees: number | null;
}

const format: RecordFormat<Weather> = {
  name: 'weather record',
  version: 2,
  read: (root, v) => ({
    city: root.field(v === 1 ? 'town' : 'city').text(),
    degrees: root.field('degrees').nullable((degrees) => degrees.integer()),
  }),
  write: ({ city, degrees }) => ({ city, degrees: degrees ?? undefined }),
};

describe('records', () => {
  it('have their version first, and come back', () => {
    const text = writeRecord({ city: 'Köln', degrees: null }, format);
    expect(text).toBe('{"v":2,"city":"Köln"}');
    expect(readRecord(text, format)).toEqual({ kind: 'record', record: { city: 'Köln', degrees: null } });
  });

  it('of an older version are read as such', () => {
    expect(readRecord('{"town":"Bonn","degrees":3,"v":1}', format)).toEqual({
      kind: 'record',
      record: { city: 'Bonn', degrees: 3 },
    });
  });

  it('of a newer version are a result, not an error, whatever their other fields are', () => {
    expect(readRecord('{"v":3,"city":[]}', format)).toEqual({ kind: 'too-new', version: 3, known: 2 });
  });

  it.each([
    ['{"city":"x"}', 'v'],
    ['{"v":0}', 'v'],
    ['{"v":-1}', 'v'],
    ['{"v":1.5}', 'v'],
    ['{"v":"2"}', 'v'],
    ['{"v":2}', 'city'],
    ['{"v":2,"city":"x","degrees":"warm"}', 'degrees'],
    ['[]', ''],
    ['{"v":2', ''],
  ])('that are damaged are refused: %s', (text, path) => {
    expect(() => readRecord(text, format, '/lockstep/weather/x')).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_VALUE', fields: { where: '/lockstep/weather/x', path } }),
    );
  });
});
