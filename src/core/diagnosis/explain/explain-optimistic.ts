import { LockstepError } from '../../model/error';
import type { DownstreamTable, TaskName } from '../../model/names';
import { inField, trackReportedDdls } from '../../request/reported-schema';
import { ContentCache } from '../../state/content-cache';
import type { Decision } from '../../optimistic/sync';
import { ddlsText, listText, tableText } from '../words';
import { reportedDdls } from './rollout';
import type { ExplainedStep, RolloutStep } from './rollout';
import { ScratchLock } from './scratch-lock';
import type { Row, StartingTable } from './scratch-lock';

/** An optimistic rollout to explain. */
export interface OptimisticRollout {
  readonly task: TaskName;
  readonly target: DownstreamTable;
  readonly tables: readonly StartingTable[];
  /** Whether there is a lock already, in which the tables are as they say. */
  readonly isLocked: boolean;
  readonly steps: readonly RolloutStep[];
}

/** How many columns may be gone through by all changes of a rollout, one after the other: it takes a second or so. */
const MOST_COLUMNS = 500_000;

/** So many tables make a change as much work as one column more. */
const TABLES_A_COLUMN = 4;

/** What explaining needs at every step. */
interface Context {
  readonly caches: ContentCache;
  readonly target: DownstreamTable;
  readonly scratch: ScratchLock;
  readonly explained: ExplainedStep[];
  /** How many columns were gone through. */
  columns: number;
}

/**
 * What each statement of a rollout would come to, if workers carry out at once what they are told; also what tables run
 * again after a redirect. Nothing outside is touched.
 * @throws LockstepError of a statement that can't be read or doesn't fit its table, or of a table that isn't known
 */
export function explainOptimistic(rollout: OptimisticRollout): ExplainedStep[] {
  const { task, target, tables, isLocked, steps } = rollout;
  const caches = new ContentCache();
  const scratch = new ScratchLock(caches, task, target, tables, isLocked);
  const context: Context = { caches, target, scratch, explained: [], columns: 0 };
  for (const step of steps) {
    const row = scratch.rowOf(step.table);
    if (row === undefined) {
      const message = `${tableText(step.table)} is not among the tables of the rollout`;
      throw new LockstepError('INVALID_INPUT', message, { field: 'steps' });
    }
    explainStep(context, row, step.ddl, false);
  }
  return context.explained;
}

function explainStep(context: Context, row: Row, ddl: string, replayed: boolean): void {
  const { caches, target, scratch, explained } = context;
  const step = { table: row.table, ddl };
  const reported = reportedDdls(step, target);
  const name = tableText(row.table);
  if (row.stopped !== null || row.skipped.length > 0) {
    const isSkipped = row.stopped === null;
    if (isSkipped) row.skipped.push(ddl);
    const sentence = isSkipped
      ? `${name} still skips everything until the other tables follow; it runs this afterwards.`
      : `${name} does not get here: it waits for a person.`;
    const joined = joinedOf(scratch);
    explained.push({ ...step, reported: [], replayed, stage: null, executed: [], joined, resolved: false, sentence });
    return;
  }
  checkWork(context, row, reported.length);
  const shape = caches.shapes.intern(row.schema);
  const before = { schema: row.schema, shape, key: null };
  const after = inField('steps', () => trackReportedDdls(caches, before, reported, target));
  const schemas = after.map(({ schema }) => schema);
  const { decision, closed } = scratch.report(row, reported, schemas);
  const stage = decision.problem?.stage ?? 'none';
  if (stage === 'none') row.schema = schemas.at(-1) ?? row.schema;
  if (stage === 'detected' || stage === 'error') row.stopped = stage;
  if (stage === 'skip and wait for redirect') row.skipped.push(ddl);
  const joined = joinedOf(scratch);
  const resolved = scratch.endIfResolved();
  const redirected = closed.flatMap(({ member }) => scratch.rows.get(member.key) ?? []);
  const sentence = sentenceOf(name, { decision, resolved, redirected });
  explained.push({ ...step, reported, replayed, stage, executed: decision.ddls, joined, resolved, sentence });
  for (const other of redirected) replay(context, other);
}

function checkWork(context: Context, { schema }: Row, changes: number): void {
  context.columns += changes * (schema.columns.length + changes + context.scratch.rows.size / TABLES_A_COLUMN);
  if (context.columns <= MOST_COLUMNS) return;
  const message = 'the rollout is too much to be explained at once: name fewer statements or tables, or do it in parts';
  throw new LockstepError('INVALID_INPUT', message, { field: 'steps' });
}

/** A table goes back to the first statement that it skipped. */
function replay(context: Context, row: Row): void {
  for (const ddl of row.skipped.splice(0)) explainStep(context, row, ddl, true);
}

function joinedOf({ lock }: ScratchLock): ExplainedStep['joined'] {
  if (lock === null) return null;
  return lock.schemas.finals.joined();
}

function sentenceOf(
  name: string,
  {
    decision: { ddls, problem },
    resolved,
    redirected,
  }: { readonly decision: Decision; readonly resolved: boolean; readonly redirected: readonly Row[] },
): string {
  const end = resolved ? ' All tables have the joined schema: the lock is resolved.' : '';
  const names = redirected.map(({ table }) => tableText(table));
  const redirect = names.length === 0 ? '' : ` This ends the wait of ${listText(names)}, which run what they skipped.`;
  switch (problem?.stage) {
    case undefined:
      break;
    case 'detected':
      return `${name} waits for a person: ${problem.message}.`;
    case 'error':
      return `${name} stops with an error: ${problem.message}.`;
    case 'skip and wait for redirect':
      return `${name} skips it until the other tables follow: ${problem.message}.`;
  }
  if (ddls.length > 0) return `The downstream executes ${ddlsText(ddls)}, for ${name}.${redirect}${end}`;
  return `Nothing is executed downstream for ${name}: other tables still need what it gives up.${redirect}${end}`;
}
