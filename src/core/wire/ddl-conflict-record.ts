import type { DdlConflictRecord } from '../model/records';
import { parseRevision } from '../model/revision';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<DdlConflictRecord> = {
  name: 'record of differing DDLs',
  version: 1,
  read: (root) => ({ infoRevision: parseRevision(root.field('infoRevision').count()) }),
  write: ({ infoRevision }) => ({ infoRevision }),
};

/** A told conflict of a source's DDLs. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readDdlConflictRecord(text: string, where?: string): RecordReading<DdlConflictRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/ddl-conflict/`. */
export function writeDdlConflictRecord(record: DdlConflictRecord): string {
  return writeRecord(record, FORMAT);
}
