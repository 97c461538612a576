import { parseSourceId, parseTaskName } from '../model/names';
import type { TaskRecord } from '../model/records';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const FORMAT: RecordFormat<TaskRecord> = {
  name: 'task record',
  version: 1,
  read: (root) => ({
    task: root.field('task').parsed(parseTaskName),
    mode: root.field('mode').oneOf(['optimistic', 'pessimistic']),
    sources: root.field('sources').list((source) => source.parsed(parseSourceId)),
    declared: root.field('declared').boolean(),
    expected: root.field('expected').nullable((list) => list.list((source) => source.parsed(parseSourceId))),
    excluded: root.field('excluded').list((source) => source.parsed(parseSourceId)),
  }),
  write: (record) => ({ ...record }),
};

/** A task with its sources. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readTaskRecord(text: string, where?: string): RecordReading<TaskRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/task/`. */
export function writeTaskRecord(record: TaskRecord): string {
  return writeRecord(record, FORMAT);
}
