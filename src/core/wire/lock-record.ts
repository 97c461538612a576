import { parseDownstreamTable, parseTaskName } from '../model/names';
import type { OptimisticLockRecord } from '../model/records';
import { parseRevision } from '../model/revision';
import { parseStoredLockId } from './dm-lock-id';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const OPTIMISTIC: RecordFormat<OptimisticLockRecord> = {
  name: 'lock record',
  version: 1,
  read: (root) => {
    const target = root.field('target');
    return {
      mode: root.field('mode').oneOf(['optimistic']),
      lockId: root.field('lockId').parsed(parseStoredLockId),
      task: root.field('task').parsed(parseTaskName),
      target: target.convert(() => parseDownstreamTable(target.field('schema').text(), target.field('table').text())),
      incarnation: parseRevision(root.field('incarnation').count()),
      initial: root.field('initial').text(),
      createdAtMs: root.field('createdAtMs').count(),
    };
  },
  write: ({ target: { schema, table }, ...record }) => ({ ...record, target: { schema, table } }),
};

/** The record of an optimistic lock. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readOptimisticLockRecord(text: string, where?: string): RecordReading<OptimisticLockRecord> {
  return readRecord(text, OPTIMISTIC, where);
}

/** The value under `/lockstep/lock/`. */
export function writeOptimisticLockRecord(record: OptimisticLockRecord): string {
  return writeRecord(record, OPTIMISTIC);
}
