import type { AttemptRecord } from '../model/records';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<AttemptRecord> = {
  name: 'attempt record',
  version: 1,
  read: (root) => ({
    attempt: root.field('attempt').text(),
    atMs: root.field('atMs').nullable((at) => at.count()),
    content: root.field('content').text(),
    former: root.field('former').or([], (former) => former.list((attempt) => attempt.text())),
  }),
  write: (record) => ({ ...record }),
};

/** The last report of a table or source. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readAttemptRecord(text: string, where?: string): RecordReading<AttemptRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/attempt/` or `/lockstep/source-attempt/`. */
export function writeAttemptRecord(record: AttemptRecord): string {
  return writeRecord(record, FORMAT);
}
