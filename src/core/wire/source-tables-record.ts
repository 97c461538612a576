import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

/** The tables of a source in pessimistic mode, which has no source tables of DM's. */
export interface SourceTablesRecord {
  /** As DM writes the source tables of optimistic mode. */
  readonly tables: string;
}

const FORMAT: RecordFormat<SourceTablesRecord> = {
  name: 'source tables record',
  version: 1,
  read: (root) => ({ tables: root.field('tables').text() }),
  write: (record) => ({ ...record }),
};

/** The tables of a pessimistic source. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readSourceTablesRecord(text: string, where?: string): RecordReading<SourceTablesRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/source-tables/`. */
export function writeSourceTablesRecord(record: SourceTablesRecord): string {
  return writeRecord(record, FORMAT);
}
