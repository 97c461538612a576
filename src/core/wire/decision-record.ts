import type { DecisionRecord } from '../model/records';
import { parseRevision } from '../model/revision';
import type { RecordFormat, RecordReading } from './lockstep-records';
import { readRecord, writeRecord } from './lockstep-records';

const MAKERS = [
  'info',
  'redirect',
  'unlock',
  'member',
  'done',
  'retry',
] as const satisfies readonly DecisionRecord['by'][];

const FORMAT: RecordFormat<DecisionRecord> = {
  name: 'decision record',
  version: 1,
  read: (root) => ({
    infoRevision: parseRevision(root.field('infoRevision').count()),
    normal: root.field('normal').text(),
    conflict: root.field('conflict').nullable((conflict) => conflict.text()),
    done: root.field('done').boolean(),
    operationRevision: root.field('operationRevision').nullable((revision) => parseRevision(revision.count())),
    by: root.field('by').oneOf(MAKERS),
    atMs: root.field('atMs').count(),
    ...root.field('schema').or<{ readonly schema?: string }>({}, (schema) => ({ schema: schema.text() })),
    ...root
      .field('conflictSchema')
      .or<{ readonly conflictSchema?: string }>({}, (schema) => ({ conflictSchema: schema.text() })),
  }),
  write: (record) => ({ ...record }),
};

/** What was decided for one table. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function readDecisionRecord(text: string, where?: string): RecordReading<DecisionRecord> {
  return readRecord(text, FORMAT, where);
}

/** The value under `/lockstep/decision/`. */
export function writeDecisionRecord(record: DecisionRecord): string {
  return writeRecord(record, FORMAT);
}
