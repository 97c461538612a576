import type { FailureRecord } from '../model/records';
import { parseRevision } from '../model/revision';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';
import { readSaid } from './said';

const FORMAT: RecordFormat<FailureRecord> = {
  name: 'failure record',
  version: 1,
  read: (root) => ({
    operationRevision: parseRevision(root.field('operationRevision').count()),
    isWorking: root.field('isWorking').or(false, (field) => field.boolean()),
    reason: root.field('reason').text(),
    retryable: root.field('retryable').boolean(),
    atMs: root.field('atMs').count(),
    ...readSaid(root),
  }),
  write: ({ said, ...record }) => ({ ...record, ...(said === undefined ? {} : { said: { ...said } }) }),
};

/** Why an operation couldn't be carried out. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readFailureRecord(text: string, where?: string): RecordReading<FailureRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/failure/` or `/lockstep/source-failure/`. */
export function writeFailureRecord(record: FailureRecord): string {
  return writeRecord(record, FORMAT);
}
