import type { BreakRecord } from '../model/records';
import { parseStoredLockId } from './dm-lock-id';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<BreakRecord> = {
  name: 'break record',
  version: 1,
  read: (root) => ({
    actionId: root.field('actionId').text(),
    lockId: root.field('lockId').parsed(parseStoredLockId),
    ddls: root.field('ddls').list((ddl) => ddl.text()),
    exec: root.field('exec').boolean(),
    atMs: root.field('atMs').count(),
  }),
  write: (record) => ({ ...record }),
};

/** The mark of a source that is broken out. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readBreakRecord(text: string, where?: string): RecordReading<BreakRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/break/`. */
export function writeBreakRecord(record: BreakRecord): string {
  return writeRecord(record, FORMAT);
}
