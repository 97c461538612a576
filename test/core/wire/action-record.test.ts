import { describe, expect, it } from '@jest/globals';
import type { ActionInput, ActionProgress, ActionRecord, ActionResult } from '../../../src/core/model/action';
import { LockstepError } from '../../../src/core/model/error';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import type { BreakRecord, ParticipantRecord, PessimisticLockRecord } from '../../../src/core/model/records';
import { parseRevision } from '../../../src/core/model/revision';
import { readActionRecord, writeActionRecord } from '../../../src/core/wire/action-record';
import { readBreakRecord, writeBreakRecord } from '../../../src/core/wire/break-record';
import { readDdlConflictRecord, writeDdlConflictRecord } from '../../../src/core/wire/ddl-conflict-record';
import { readLockRecord, writeLockRecord } from '../../../src/core/wire/lock-record';
import { readLockSourcesRecord, writeLockSourcesRecord } from '../../../src/core/wire/lock-sources-record';
import { formatLockstepKey, lockstepPrefix, parseLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { readParticipantRecord, writeParticipantRecord } from '../../../src/core/wire/participant-record';

const task = parseTaskName('t-1');
const source = parseSourceId('源');
const other = parseSourceId('s2');
const target = parseDownstreamTable('shop', 'or`ders');
const lockId = formatLockId(task, target);
const incarnation = parseRevision(12);
const table = parseUpstreamTable('源', 'd', 'u');

const asked: ActionRecord = {
  id: 'a1',
  input: { kind: 'exclude-source', task, source, undo: true },
  actor: 'ann via proxy',
  reason: '',
  state: 'asked',
  askedAtMs: 5,
  deadlineMs: null,
  progress: null,
  result: null,
  endedAtMs: null,
};

const inputs: readonly ActionInput[] = [
  { kind: 'put-task', task, mode: 'pessimistic', sources: [source, other] },
  {
    kind: 'unlock-optimistic',
    lockId,
    ifIncarnation: incarnation,
    tables: [table],
    sources: [source],
    exec: true,
    force: false,
  },
  {
    kind: 'unlock-pessimistic',
    lockId,
    ifIncarnation: null,
    owner: source,
    sources: [other],
    forceRemove: true,
    waitMs: 10_000,
  },
  {
    kind: 'unlock-pessimistic',
    lockId,
    ifIncarnation: incarnation,
    owner: null,
    sources: [],
    forceRemove: false,
    waitMs: 0,
  },
  { kind: 'break', task, source, exec: false, removeId: lockId, ifIncarnation: null, force: true, waitMs: 1 },
  { kind: 'break', task, source, exec: true, removeId: null, ifIncarnation: incarnation, force: false, waitMs: 1 },
  { kind: 'remove-meta', task, sources: [], force: false },
  { kind: 'exclude-source', task, source, undo: false },
  { kind: 'retry-info', task, source, table },
  { kind: 'retry-info', task, source, table: null },
];

const failure = {
  code: 'OWNER_NOT_DONE',
  message: 'no',
  fields: { n: 1, b: false, none: null, list: ['x'], s: '' },
} as const;

const progresses: readonly ActionProgress[] = [
  { kind: 'waiting-for-owner', incarnation, owner: source, forced: [other], replaced: null },
  { kind: 'waiting-for-owner', incarnation, owner: source, forced: [], replaced: other },
  { kind: 'waiting-for-others', incarnation, owner: source, others: [other], ownerFailure: failure },
  { kind: 'waiting-for-others', incarnation, owner: source, others: [], ownerFailure: null },
  { kind: 'removing', sources: 2, lockId },
  { kind: 'removing', sources: 0, lockId: null },
  { kind: 'waiting-for-source', lockId },
];

const results: readonly ActionResult[] = [
  { failure: null, workers: [], changes: [] },
  {
    failure,
    workers: [
      { source, failure: null },
      { source: other, failure },
    ],
    changes: ['lock removed'],
  },
];

function comesBack(record: ActionRecord): void {
  expect(readActionRecord(writeActionRecord(record))).toEqual({ kind: 'record', record });
}

describe('records of actions', () => {
  it.each(inputs.map((input) => [input.kind, input] as const))('come back: asked for %s', (_kind, input) =>
    comesBack({ ...asked, input }),
  );

  it.each(progresses.map((progress) => [progress.kind, progress] as const))('come back: %s', (_kind, progress) =>
    comesBack({ ...asked, state: 'running', deadlineMs: 9, progress }),
  );

  it.each(results.map((result) => [result]))('come back with %j', (result) =>
    comesBack({ ...asked, state: 'failed', result, endedAtMs: 8 }),
  );

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown state', { state: 'sleeping' }, 'state'],
    ['an unknown kind', { input: { kind: 'dance' } }, 'input.kind'],
    ['a lock ID that is none', { input: { kind: 'unlock-pessimistic', lockId: 'x' } }, 'input.lockId'],
    [
      'an unknown code',
      { result: { failure: { code: 'X', message: '', fields: {} }, workers: [], changes: [] } },
      'result.failure.code',
    ],
  ])('refuse %s', (_what, change, path) => {
    const text = JSON.stringify({ ...JSON.parse(writeActionRecord(asked)), ...change });
    expect(() => readActionRecord(text, 'key')).toThrow(LockstepError);
    expect(() => readActionRecord(text, 'key')).toThrow(new RegExp(`^key: ${path.replaceAll('.', '\\.')}`, 'u'));
  });

  it('refuse a field of a failure that is nested beyond reason', () => {
    const result = results[1] ?? null;
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = writeActionRecord({ ...asked, state: 'failed', result, endedAtMs: 8 }).replace('"n":1', `"n":${deep}`);
    expect(() => readActionRecord(text, 'key')).toThrow(/^key: result\.failure\.fields\.n\[0\]: expected a string/u);
  });
});

describe('records of pessimistic locks', () => {
  const lock: PessimisticLockRecord = {
    mode: 'pessimistic',
    lockId,
    task,
    target,
    incarnation,
    owner: source,
    ddls: ['ALTER TABLE `shop`.`or``ders` ADD COLUMN `c` INT'],
    declared: true,
    executed: false,
    synced: true,
    unlock: { actionId: 'a1', owner: other, sources: [source], skipAnyway: true, removes: false },
    createdAtMs: 1,
    progressAtMs: 2,
  };

  it.each([lock, { ...lock, unlock: null, ddls: [] }])('come back', (record) => {
    expect(readLockRecord(writeLockRecord(record))).toEqual({ kind: 'record', record });
  });

  it.each<ParticipantRecord>([
    { ready: true, done: false, order: 'exec', orderRevision: null, infoRevision: incarnation, atMs: 3 },
    { ready: false, done: true, order: null, orderRevision: parseRevision(0), infoRevision: parseRevision(0), atMs: 0 },
  ])('of their participants come back: %j', (record) => {
    expect(readParticipantRecord(writeParticipantRecord(record))).toEqual({ kind: 'record', record });
  });

  it('of their sources and conflicts come back', () => {
    const sources = { sources: [source, other] };
    expect(readLockSourcesRecord(writeLockSourcesRecord(sources))).toEqual({ kind: 'record', record: sources });
    const conflict = { infoRevision: incarnation };
    expect(readDdlConflictRecord(writeDdlConflictRecord(conflict))).toEqual({ kind: 'record', record: conflict });
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'an order',
      () => readParticipantRecord('{"v":1,"ready":true,"done":true,"order":"dance"}', 'key'),
      /^key: order/u,
    ],
    ['a source', () => readLockSourcesRecord('{"v":1,"sources":["a",""]}', 'key'), /^key: sources\[1\]/u],
    ['a revision', () => readDdlConflictRecord('{"v":1,"infoRevision":-1}', 'key'), /^key: infoRevision/u],
  ])('refuse %s that is none', (_what, read, message) => {
    expect(read).toThrow(message);
  });

  it.each([
    { kind: 'lock', lockId } as const,
    { kind: 'lock-sources', lockId } as const,
    { kind: 'participant', lockId, source } as const,
    { kind: 'ddl-conflict', lockId, source } as const,
  ])('stand under keys that come back: $kind', (key) => {
    expect(parseLockstepKey(formatLockstepKey(key))).toEqual(key);
    if (key.kind === 'participant' || key.kind === 'ddl-conflict')
      expect(formatLockstepKey(key).startsWith(lockstepPrefix(key.kind, lockId))).toBe(true);
  });
});

it('records of breaks come back', () => {
  const record: BreakRecord = { actionId: 'a1', lockId, ddls: ['x'], exec: true, atMs: 3 };
  expect(readBreakRecord(writeBreakRecord(record))).toEqual({ kind: 'record', record });
});
