import { parseDownstreamTable, parseSourceId, parseTaskName } from '../model/names';
import type { DownstreamTable } from '../model/names';
import type { OptimisticLockRecord, PessimisticLockRecord, PessimisticUnlock } from '../model/records';
import { parseRevision } from '../model/revision';
import type { Revision } from '../model/revision';
import { parseStoredLockId } from './dm-lock-id';
import type { JsonValue } from './json-reader';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

/** What is stored of a lock, in either mode. */
export type LockRecord = OptimisticLockRecord | PessimisticLockRecord;

const FORMAT: RecordFormat<LockRecord> = {
  name: 'lock record',
  version: 1,
  keyOf: ({ lockId }) => ({ kind: 'lock', lockId }),
  read: (root) =>
    root.field('mode').oneOf(['optimistic', 'pessimistic']) === 'optimistic'
      ? readOptimistic(root)
      : readPessimistic(root),
  write: (record) => {
    const target = { schema: record.target.schema, table: record.target.table };
    if (record.mode === 'optimistic') return { ...record, target };
    const { unlock } = record;
    return { ...record, target, unlock: unlock === null ? null : { ...unlock } };
  },
};

/** The record of a lock. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readLockRecord(text: string, where?: string): RecordReading<LockRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/lock/`. */
export function writeLockRecord(record: LockRecord): string {
  return writeRecord(record, FORMAT);
}

function readOptimistic(root: JsonValue): OptimisticLockRecord {
  return {
    mode: 'optimistic',
    lockId: root.field('lockId').parsed(parseStoredLockId),
    task: root.field('task').parsed(parseTaskName),
    target: readTarget(root.field('target')),
    incarnation: readRevision(root.field('incarnation')),
    initial: root.field('initial').text(),
    // Records of the first servers don't say it.
    synced: root.field('synced').nullable((field) => field.boolean()) ?? false,
    createdAtMs: root.field('createdAtMs').count(),
  };
}

function readPessimistic(root: JsonValue): PessimisticLockRecord {
  return {
    mode: 'pessimistic',
    lockId: root.field('lockId').parsed(parseStoredLockId),
    task: root.field('task').parsed(parseTaskName),
    target: readTarget(root.field('target')),
    incarnation: readRevision(root.field('incarnation')),
    owner: root.field('owner').parsed(parseSourceId),
    ddls: root.field('ddls').list((ddl) => ddl.text()),
    declared: root.field('declared').boolean(),
    executed: root.field('executed').boolean(),
    synced: root.field('synced').boolean(),
    unlock: root.field('unlock').nullable(readUnlock),
    createdAtMs: root.field('createdAtMs').count(),
    progressAtMs: root.field('progressAtMs').count(),
  };
}

function readUnlock(value: JsonValue): PessimisticUnlock {
  return {
    actionId: value.field('actionId').text(),
    owner: value.field('owner').parsed(parseSourceId),
    sources: value.field('sources').list((source) => source.parsed(parseSourceId)),
    skipAnyway: value.field('skipAnyway').boolean(),
    removes: value.field('removes').boolean(),
  };
}

function readTarget(value: JsonValue): DownstreamTable {
  return value.convert(() => parseDownstreamTable(value.field('schema').text(), value.field('table').text()));
}

function readRevision(value: JsonValue): Revision {
  return parseRevision(value.count());
}
