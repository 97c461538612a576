import type { LockEvent } from '../model/lock-event';
import type { JournalRecord } from '../model/records';
import { readLockEvent, writeLockEvent } from './lock-event';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

/** Longer records are shortened, in characters. */
const LONGEST = 8_192;

/** What stays of each event of a record that is too long. */
const KEPT = { ddls: 3, ddlLength: 200, messageLength: 500, participants: 100 } as const;

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

/** The value under `/lockstep/journal/`. One that is too long keeps all events, but not all that they say. */
export function writeJournalRecord(record: JournalRecord): string {
  const whole = writeRecord(record, FORMAT);
  if (whole.length <= LONGEST || !record.events.some(isLong)) return whole;
  return writeRecord({ atMs: record.atMs, events: record.events.map(shortenEvent) }, FORMAT);
}

/** Whether an event would be another one when it is shortened. */
function isLong(event: LockEvent): boolean {
  const { ddls, ddlLength, messageLength, participants } = KEPT;
  return (
    ('ddls' in event && (event.ddls.length > ddls || event.ddls.some(({ length }) => length > ddlLength))) ||
    ('message' in event && event.message.length > messageLength) ||
    ('participants' in event && event.participants.length > participants)
  );
}

function shortenEvent(event: LockEvent): LockEvent {
  const { ddls, ddlLength, messageLength, participants } = KEPT;
  return {
    ...event,
    ...('ddls' in event ? { ddls: event.ddls.slice(0, ddls).map((ddl) => shorten(ddl, ddlLength)) } : {}),
    ...('message' in event ? { message: shorten(event.message, messageLength) } : {}),
    ...('participants' in event ? { participants: event.participants.slice(0, participants) } : {}),
  };
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
