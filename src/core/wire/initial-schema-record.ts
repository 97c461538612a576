import type { InitialSchemaRecord } from '../model/records';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<InitialSchemaRecord> = {
  name: 'initial schema record',
  version: 1,
  read: (root) => ({
    schema: root.field('schema').text(),
    isRegistered: root.field('registered').nullable((registered) => registered.boolean()) ?? false,
  }),
  write: ({ schema, isRegistered }) => ({ schema, ...(isRegistered ? { registered: true } : {}) }),
};

/**
 * The schema with which a table enters a lock; the table info within is not read here.
 * @throws LockstepError UNREADABLE_VALUE with `where` and the field
 */
export function readInitialSchemaRecord(text: string, where?: string): RecordReading<InitialSchemaRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/initial-schema/`. */
export function writeInitialSchemaRecord(record: InitialSchemaRecord): string {
  return writeRecord(record, FORMAT);
}
