import { parseDownstreamTable } from '../model/names';
import type { GroupTable, KeptFormingGroup, StatusRecord } from '../model/records';
import { parseStoredLockId } from './dm-lock-id';
import type { JsonValue } from './json-reader';
import type { JsonData, RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';
import { readSaid } from './said';

const FORMAT: RecordFormat<StatusRecord> = {
  name: 'status record',
  version: 1,
  read: (root) => ({
    position: root.field('position').nullable((position) => position.text()),
    delayMs: root.field('delayMs').nullable((delay) => delay.count()),
    blockingDdls: root.field('blockingDdls').list((ddl) => ddl.text()),
    blockingLockId: root.field('blockingLockId').nullable((lockId) => lockId.parsed(parseStoredLockId)),
    formingGroups: root.field('formingGroups').list((group) => readGroup(group, root.field('atMs').count())),
    stage: root.field('stage').text(),
    error: root.field('error').nullable((error) => error.text()),
    atMs: root.field('atMs').count(),
    ...readSaid(root),
  }),
  write: ({ formingGroups, said, ...record }) => ({
    ...record,
    formingGroups: formingGroups.map(writeGroup),
    ...(said === undefined ? {} : { said: { ...said } }),
  }),
};

/** What a worker last said of itself. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readStatusRecord(text: string, where?: string): RecordReading<StatusRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/status/`. */
export function writeStatusRecord(record: StatusRecord): string {
  return writeRecord(record, FORMAT);
}

/** Earlier versions didn't store since when. */
function readGroup(value: JsonValue, atMs: number): KeptFormingGroup {
  const target = value.field('target');
  return {
    target: target.convert(() => parseDownstreamTable(target.field('schema').text(), target.field('table').text())),
    ddls: value.field('ddls').list((ddl) => ddl.text()),
    firstPosition: value.field('firstPosition').text(),
    synced: value.field('synced').list(readTable),
    unsynced: value.field('unsynced').list(readTable),
    sinceMs: value.field('sinceMs').or(atMs, (since) => since.count()),
  };
}

function readTable(value: JsonValue): GroupTable {
  return { schema: value.field('schema').text(), table: value.field('table').text() };
}

function writeGroup({ target, synced, unsynced, ...group }: KeptFormingGroup): JsonData {
  const tables = (list: readonly GroupTable[]): JsonData => list.map(({ schema, table }) => ({ schema, table }));
  return {
    ...group,
    target: { schema: target.schema, table: target.table },
    synced: tables(synced),
    unsynced: tables(unsynced),
  };
}
