import { explainOptimistic } from '../../core/diagnosis/explain/explain-optimistic';
import { explainPessimistic } from '../../core/diagnosis/explain/explain-pessimistic';
import type { ExplainedStep, RolloutStep } from '../../core/diagnosis/explain/rollout';
import type { StartingTable } from '../../core/diagnosis/explain/scratch-lock';
import { startingTables } from '../../core/diagnosis/explain/starting-tables';
import { LockstepError } from '../../core/model/error';
import { formatLockId } from '../../core/model/lock-id';
import { parseTaskName } from '../../core/model/names';
import type { DownstreamTable, TaskName, UpstreamTable } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import { inField, readReportedSchema } from '../../core/request/reported-schema';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import { taskSourcesOf } from '../../core/state/task-sources';
import { charsetOf } from '../../core/table/collation';
import { Field, ID, InputType } from '../decorators';
import { ShardMode } from '../enums';
import { tablesOfTarget } from '../views/task-view';
import { parseCollation } from './parse-input';
import { ShardDownstreamTableInput, ShardUpstreamTableInput, parseTarget, parseUpstream } from './table-inputs';

/** A table of a rollout. */
@InputType({ description: 'An upstream table of a rollout.' })
export class ShardExplainTableInput extends ShardUpstreamTableInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Optimistic mode: its schema before the rollout, as a `CREATE TABLE` statement; without it the one that is known of it.',
  })
  readonly createTable?: string | null;
}

/** What one table meets. */
@InputType({ description: 'Statements that an upstream table meets.' })
export class ShardExplainStepInput extends ShardUpstreamTableInput {
  @Field(() => [String], {
    description: 'The statements in order; each names the table itself or the downstream table.',
  })
  readonly ddls!: readonly string[];
}

/** The input of `explainShardDDL`. */
@InputType({ description: 'A rollout to explain.' })
export class ShardExplainDDLInput {
  @Field(() => ID, { nullable: true, description: 'The task whose tables, as they are now, take part as well.' })
  readonly task?: string | null;

  @Field(() => ShardMode, { nullable: true, description: 'The mode; without it that of the task, else optimistic.' })
  readonly mode?: Mode | null;

  @Field(() => ShardDownstreamTableInput, { description: 'The downstream table that all tables are routed into.' })
  readonly target!: ShardDownstreamTableInput;

  @Field(() => [ShardExplainTableInput], {
    defaultValue: [],
    description: 'Tables that take part: beside those of the task, or with other schemas than they have now.',
  })
  readonly tables!: readonly ShardExplainTableInput[];

  @Field(() => [ShardExplainStepInput], { description: 'Which table meets what, in the order of the rollout.' })
  readonly steps!: readonly ShardExplainStepInput[];

  @Field(() => String, {
    nullable: true,
    description: 'The default collation of the sources, for schemas that do not say; without it `utf8mb4_bin`.',
  })
  readonly defaultCollation?: string | null;
}

/** How many statements a rollout to explain may have. */
const MOST_STATEMENTS = 1_000;

/** How many tables it may have. */
const MOST_TABLES = 10_000;

/** A rollout that is explained: the mode, and what each statement comes to. */
export interface ExplainedRollout {
  readonly mode: Mode;
  readonly target: DownstreamTable;
  readonly steps: readonly ExplainedStep[];
}

/** The task of rollouts that belong to none. */
const NO_TASK = parseTaskName('rollout');

/**
 * Explain the rollout of an input on a lock of its own.
 * @throws LockstepError INVALID_INPUT; of SQL that can't be read, or doesn't fit its table
 */
export function explainInput(state: CoordinatorState, input: ShardExplainDDLInput): ExplainedRollout {
  const task = input.task == null ? null : parseTaskName(input.task);
  const target = parseTarget(input.target);
  const steps = parseSteps(input.steps);
  const mode = input.mode ?? (task === null ? null : (state.tasks.get(task)?.mode ?? null)) ?? 'optimistic';
  if (mode === 'pessimistic') {
    const sources = task === null ? [] : taskSourcesOf(state, task).sources;
    const known = task === null ? [] : tablesOfTarget(state, task, target);
    const tables = uniqueTables([...known, ...input.tables.map(parseUpstream)]);
    const otherSources = sources.filter((source) => !tables.some((table) => table.source === source));
    return { mode, target, steps: explainPessimistic({ task: task ?? NO_TASK, target, tables, otherSources, steps }) };
  }
  const lock = task === null ? undefined : state.targets.get(formatLockId(task, target));
  if ((lock?.tables.size ?? 0) > MOST_TABLES) throw tooMuch('tables', MOST_TABLES);
  const tables = optimisticTables(state, { task, target }, input);
  const isLocked = lock?.lock != null;
  return { mode, target, steps: explainOptimistic({ task: task ?? NO_TASK, target, tables, isLocked, steps }) };
}

function optimisticTables(
  state: CoordinatorState,
  { task, target }: { readonly task: TaskName | null; readonly target: DownstreamTable },
  { tables, defaultCollation }: ShardExplainDDLInput,
): StartingTable[] {
  const known = task === null ? [] : startingTables(state, formatLockId(task, target));
  const all = new Map(known.map((start) => [JSON.stringify(start.table), start]));
  const collation = parseCollation(defaultCollation);
  const defaults = collation === null ? undefined : { charset: charsetOf(collation), collation };
  for (const each of tables) {
    const table = parseUpstream(each);
    const key = JSON.stringify(table);
    if (each.createTable == null) {
      if (all.has(key)) continue;
      const message = `the schema of ${table.source} ${table.schema}.${table.table} is not known; give its createTable`;
      throw new LockstepError('INVALID_INPUT', message, { field: 'tables' });
    }
    const { createTable } = each;
    const read = inField('tables', () => readReportedSchema(createTable, defaults));
    const schema = { ...read, name: table.table };
    all.set(key, { table, schema, conflict: null, done: false, marks: [], waiting: null });
  }
  return [...all.values()];
}

function parseSteps(steps: readonly ShardExplainStepInput[]): RolloutStep[] {
  const all = steps.flatMap((step) => step.ddls.map((ddl) => ({ table: parseUpstream(step), ddl })));
  if (all.length > MOST_STATEMENTS) throw tooMuch('statements', MOST_STATEMENTS);
  return all;
}

function uniqueTables(tables: readonly UpstreamTable[]): UpstreamTable[] {
  const byName = new Map(
    tables.map(({ source, schema, table }) => [JSON.stringify([source, schema, table]), { source, schema, table }]),
  );
  return [...byName.values()];
}

function tooMuch(what: string, most: number): LockstepError {
  return new LockstepError('INVALID_INPUT', `a rollout to explain has at most ${most} ${what}`, { field: 'steps' });
}
