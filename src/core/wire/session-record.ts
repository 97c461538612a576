import type { SessionRecord } from '../model/records';
import { parseLeaseId } from '../model/store';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<SessionRecord> = {
  name: 'session record',
  version: 1,
  read: (root) => ({
    worker: root.field('worker').text(),
    instance: root.field('instance').nullable((instance) => instance.text()),
    former: root.field('former').or([], (former) => former.list((instance) => instance.text())),
    version: root.field('version').nullable((version) => version.text()),
    id: root.field('id').text(),
    lease: root.field('lease').parsed(parseLeaseId),
    ttlMs: root.field('ttlMs').count(),
    epoch: root.field('epoch').count(),
    registeredAtMs: root.field('registeredAtMs').count(),
  }),
  write: (record) => ({ ...record }),
};

/** A worker's session. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readSessionRecord(text: string, where?: string): RecordReading<SessionRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/session/`. */
export function writeSessionRecord(record: SessionRecord): string {
  return writeRecord(record, FORMAT);
}
