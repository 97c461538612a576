import { parseSourceId, parseTaskName } from '../model/names';
import type { SourceId } from '../model/names';
import type { Expectation, TaskRecord } from '../model/records';
import type { JsonValue } from './json-reader';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const sourceList = (list: JsonValue): SourceId[] => list.list((source) => source.parsed(parseSourceId));

const FORMAT: RecordFormat<TaskRecord> = {
  name: 'task record',
  version: 1,
  keyOf: ({ task }) => ({ kind: 'task', task }),
  read: (root) => ({
    task: root.field('task').parsed(parseTaskName),
    mode: root.field('mode').oneOf(['optimistic', 'pessimistic']),
    sources: sourceList(root.field('sources')),
    declared: root.field('declared').boolean(),
    expected: root.field('expected').nullable(sourceList),
    dissent: root.field('dissent').or<Expectation[]>([], (list) => list.list(readExpectation)),
    excluded: sourceList(root.field('excluded')),
  }),
  write: ({ dissent, ...record }) =>
    dissent.length === 0 ? record : { ...record, dissent: dissent.map((expectation) => ({ ...expectation })) },
};

function readExpectation(value: JsonValue): Expectation {
  return { named: value.field('named').nullable(sourceList), by: sourceList(value.field('by')) };
}

/** A task with its sources. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readTaskRecord(text: string, where?: string): RecordReading<TaskRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/task/`. */
export function writeTaskRecord(record: TaskRecord): string {
  return writeRecord(record, FORMAT);
}
