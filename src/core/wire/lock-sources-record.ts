import { parseSourceId } from '../model/names';
import type { LockSourcesRecord } from '../model/records';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<LockSourcesRecord> = {
  name: 'record of a lock’s sources',
  version: 1,
  read: (root) => ({ sources: root.field('sources').list((source) => source.parsed(parseSourceId)) }),
  write: ({ sources }) => ({ sources }),
};

/** The sources of a pessimistic lock. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readLockSourcesRecord(text: string, where?: string): RecordReading<LockSourcesRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/lock-sources/`. */
export function writeLockSourcesRecord(record: LockSourcesRecord): string {
  return writeRecord(record, FORMAT);
}
