import type { JournalRecord } from '../model/records';
import { readLockEvent, writeLockEvent } from './lock-event';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<JournalRecord> = {
  name: 'journal record',
  version: 1,
  read: (root) => ({ atMs: root.field('atMs').count(), events: root.field('events').list(readLockEvent) }),
  write: ({ atMs, events }) => ({ atMs, events: events.map(writeLockEvent) }),
};

/** The events of one transaction. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readJournalRecord(text: string, where?: string): RecordReading<JournalRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/journal/`. */
export function writeJournalRecord(record: JournalRecord): string {
  return writeRecord(record, FORMAT);
}
