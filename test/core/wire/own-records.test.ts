import { describe, expect, it } from '@jest/globals';
import type { LockEvent, Participant } from '../../../src/core/model/lock-event';
import { formatLockId } from '../../../src/core/model/lock-id';
import { parseDownstreamTable, parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import type { DecisionRecord, JournalRecord, OptimisticLockRecord, TaskRecord } from '../../../src/core/model/records';
import { parseRevision } from '../../../src/core/model/revision';
import { readDecisionRecord, writeDecisionRecord } from '../../../src/core/wire/decision-record';
import { readInitialSchemaRecord, writeInitialSchemaRecord } from '../../../src/core/wire/initial-schema-record';
import { readJournalRecord, writeJournalRecord } from '../../../src/core/wire/journal-record';
import { readLockRecord, writeLockRecord } from '../../../src/core/wire/lock-record';
import { formatLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { readTaskRecord, writeTaskRecord } from '../../../src/core/wire/task-record';

const task = parseTaskName('t<1>');
const source = parseSourceId('源');
const target = parseDownstreamTable('shop', 'or`ders');
const lockId = formatLockId(task, target);
const incarnation = parseRevision(12);
const ofLock = { task, lockId, incarnation, mode: 'optimistic' } as const;
const participant: Participant = { source, table: parseUpstreamTable(source, 'd', 'u') };
const whole: Participant = { source, table: null };
const ddls = ['ALTER TABLE `shop`.`or``ders` ADD COLUMN `c` INT'];

const events: readonly LockEvent[] = [
  { ...ofLock, kind: 'LockCreated', by: participant, ddls },
  { ...ofLock, kind: 'InfoReceived', participant, ddls, infoRevision: parseRevision(13) },
  { ...ofLock, kind: 'ConflictDetected', participant, code: 'CONFLICT_DETECTED', message: 'because', ddls },
  { ...ofLock, kind: 'OperationPut', participant, ddls: [], exec: null, stage: 'none', message: '' },
  { ...ofLock, kind: 'OperationPut', participant: whole, ddls, exec: true, stage: null, message: '' },
  { ...ofLock, kind: 'OperationDone', participant: whole },
  { ...ofLock, kind: 'LockSynced' },
  { ...ofLock, kind: 'LockResolved' },
  { ...ofLock, kind: 'LockUnlocked', actionId: 'a', participants: [participant, whole] },
  { ...ofLock, kind: 'LockBroken', actionId: 'a', participant: whole, exec: false },
  { ...ofLock, kind: 'TableAdded', participant },
  { ...ofLock, kind: 'TableRemoved', participant },
  { kind: 'MetaRemoved', task, sources: [source], actionId: 'a' },
  { kind: 'WorkerOnline', task, source, worker: 'w' },
  { kind: 'WorkerOffline', task, source, worker: 'w' },
  { kind: 'Divergence', task, lockId, participant, message: 'differs' },
];

describe('records', () => {
  const decision: DecisionRecord = {
    infoRevision: parseRevision(7),
    normal: '00ff',
    conflict: null,
    done: true,
    operationRevision: null,
    by: 'redirect',
    atMs: 1_780_000_000_000,
  };
  const lock: OptimisticLockRecord = {
    mode: 'optimistic',
    synced: true,
    lockId,
    task,
    target,
    incarnation,
    initial: '{"id":0}',
    createdAtMs: 5,
  };

  it('of decisions come back', () => {
    expect(readDecisionRecord(writeDecisionRecord(decision))).toEqual({ kind: 'record', record: decision });
    const inConflict = { ...decision, conflict: 'ff00', schema: '{"id":0}', conflictSchema: '{"id":1}' };
    expect(readDecisionRecord(writeDecisionRecord(inConflict))).toEqual({ kind: 'record', record: inConflict });
  });

  it('of optimistic locks come back', () => {
    expect(readLockRecord(writeLockRecord(lock))).toEqual({ kind: 'record', record: lock });
  });

  it.each([true, false])('of initial schemas come back', (isRegistered) => {
    const record = { schema: '{"id":0}', isRegistered };
    expect(readInitialSchemaRecord(writeInitialSchemaRecord(record))).toEqual({ kind: 'record', record });
  });

  it.each<TaskRecord>([
    {
      task,
      mode: 'pessimistic',
      sources: [source],
      declared: false,
      expected: [source],
      dissent: [{ named: null, by: [source] }],
      excluded: [],
    },
    { task, mode: 'optimistic', sources: [], declared: true, expected: null, dissent: [], excluded: [source] },
  ])('of tasks come back: $mode', (record) => {
    expect(readTaskRecord(writeTaskRecord(record))).toEqual({ kind: 'record', record });
  });

  it.each(events.map((event): [string, LockEvent] => [event.kind, event]))(
    'of the journal come back: %s',
    (_, event) => {
      const record: JournalRecord = { atMs: 1, events: [event] };
      expect(readJournalRecord(writeJournalRecord(record))).toEqual({ kind: 'record', record });
    },
  );

  it('have their version first', () => {
    const texts = [
      writeDecisionRecord(decision),
      writeLockRecord(lock),
      writeInitialSchemaRecord({ schema: '', isRegistered: false }),
      writeTaskRecord({
        task,
        mode: 'optimistic',
        sources: [],
        declared: false,
        expected: null,
        dissent: [],
        excluded: [],
      }),
      writeJournalRecord({ atMs: 1, events: [] }),
    ];
    for (const text of texts) expect(text).toMatch(/^\{"v":1,/u);
  });

  it('that stand under the key of another are refused: what follows from them would be written elsewhere', () => {
    const keyOf = (lockId: typeof lock.lockId): string => formatLockstepKey({ kind: 'lock', lockId });
    expect(readLockRecord(writeLockRecord(lock), keyOf(lock.lockId))).toEqual({ kind: 'record', record: lock });
    expect(() =>
      readLockRecord(writeLockRecord(lock), keyOf(formatLockId(task, parseDownstreamTable('shop', 'items')))),
    ).toThrow(`it belongs to ${keyOf(lock.lockId)}`);
  });

  it.each<[string, () => unknown, string]>([
    ['a decision', () => readDecisionRecord(change(writeDecisionRecord(decision), { by: 'luck' }), 'key'), 'by'],
    [
      'a decision',
      () => readDecisionRecord(change(writeDecisionRecord(decision), { infoRevision: -1 }), 'key'),
      'infoRevision',
    ],
    ['a lock', () => readLockRecord(change(writeLockRecord(lock), { lockId: 'x' }), 'key'), 'lockId'],
    [
      'a lock',
      () => readLockRecord(change(writeLockRecord(lock), { target: { schema: '', table: 't' } }), 'key'),
      'target',
    ],
    ['a lock', () => readLockRecord(change(writeLockRecord(lock), { mode: 'other' }), 'key'), 'mode'],
    ['a journal', () => readJournalRecord('{"v":1,"atMs":1,"events":[{"kind":"Party"}]}', 'key'), 'events[0].kind'],
    ['a journal', () => readJournalRecord(withEvent({ code: 'NO_SUCH_CODE' }), 'key'), 'events[0].code'],
    [
      'a journal',
      () => readJournalRecord(withEvent({ participant: { source: '', table: null } }), 'key'),
      'events[0].participant.source',
    ],
    [
      'a journal',
      () => readJournalRecord(withEvent({ participant: { source: 's', table: { schema: 's', table: '' } } }), 'key'),
      'events[0].participant.table',
    ],
    ['a task', () => readTaskRecord('{"v":1,"task":"t","mode":"optimistic","sources":[""]}', 'key'), 'sources[0]'],
  ])('that are damaged are refused: %s', (_, read, path) => {
    expect(read).toThrow(expect.objectContaining({ code: 'UNREADABLE_VALUE', fields: { where: 'key', path } }));
  });
});

/** The JSON object `text` with some fields replaced. */
function change(text: string, fields: object): string {
  const record: unknown = JSON.parse(text);
  return JSON.stringify(Object.assign({}, record, fields));
}

/** A journal of one conflict with some of its fields replaced. */
function withEvent(fields: object): string {
  return JSON.stringify({ v: 1, atMs: 1, events: [{ ...events[2], ...fields }] });
}

describe('a journal record that is too long', () => {
  it('keeps all events, but not all of what they say', () => {
    const long = Array.from({ length: 9 }, () => `ALTER TABLE t ADD c INT COMMENT '${'x'.repeat(5_000)}'`);
    const told = events.map((event) => ('ddls' in event ? { ...event, ddls: long } : event));
    const text = writeJournalRecord({ atMs: 1, events: told });
    const reading = readJournalRecord(text);
    expect(text.length).toBeLessThan(16_000);
    expect(reading.kind === 'record' && reading.record.events.map(({ kind }) => kind)).toEqual(
      events.map(({ kind }) => kind),
    );
  });
});
