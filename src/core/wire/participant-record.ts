import type { ParticipantRecord } from '../model/records';
import { parseRevision } from '../model/revision';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<ParticipantRecord> = {
  name: 'participant record',
  version: 1,
  read: (root) => ({
    ready: root.field('ready').boolean(),
    done: root.field('done').boolean(),
    order: root.field('order').nullable((order) => order.oneOf(['exec', 'skip'])),
    orderRevision: root.field('orderRevision').nullable((revision) => parseRevision(revision.count())),
    infoRevision: parseRevision(root.field('infoRevision').count()),
    atMs: root.field('atMs').count(),
  }),
  write: (record) => ({ ...record }),
};

/** What is kept of one source of a pessimistic lock. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readParticipantRecord(text: string, where?: string): RecordReading<ParticipantRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/participant/`. */
export function writeParticipantRecord(record: ParticipantRecord): string {
  return writeRecord(record, FORMAT);
}
