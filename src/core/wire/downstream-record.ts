import type { DownstreamRecord } from '../model/records';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<DownstreamRecord> = {
  name: 'downstream record',
  version: 1,
  read: (root) => ({ metaSchema: root.field('metaSchema').text() }),
  write: ({ metaSchema }) => ({ metaSchema }),
};

/** The downstream of a task. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readDownstreamRecord(text: string, where?: string): RecordReading<DownstreamRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/downstream/`. */
export function writeDownstreamRecord(record: DownstreamRecord): string {
  return writeRecord(record, FORMAT);
}
