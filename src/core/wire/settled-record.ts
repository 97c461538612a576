import { parseRevision } from '../model/revision';
import type { SettledRecord } from '../model/records';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<SettledRecord> = {
  name: 'settled record',
  version: 1,
  read: (root) => ({ revision: parseRevision(root.field('revision').count()) }),
  write: ({ revision }) => ({ revision }),
};

/** Where a start may begin. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readSettledRecord(text: string, where?: string): RecordReading<SettledRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value of `/lockstep/settled`. */
export function writeSettledRecord(record: SettledRecord): string {
  return writeRecord(record, FORMAT);
}
