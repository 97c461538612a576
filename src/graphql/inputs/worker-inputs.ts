import type {
  FailOperationInput,
  ReportInfoInput,
  SourceInfoReport,
  WorkerStatusInput,
} from '../../coordinator/service';
import { LockstepError } from '../../core/model/error';
import { parseLockName } from '../../core/model/lock-name';
import { parseUpstreamTable } from '../../core/model/names';
import type { SourceId } from '../../core/model/names';
import type { FormingGroup } from '../../core/model/records';
import type { Revision } from '../../core/model/revision';
import { Field, Float, ID, InputType } from '../decorators';
import { ShardRevision } from '../scalars';
import { parseCollation, parseName, parseText, parseWithin } from './parse-input';
import { ShardSessionInput } from './session-inputs';
import {
  ShardDownstreamTableInput,
  ShardRegisteredTableInput,
  ShardTableInput,
  parseOwnTable,
  parseTarget,
} from './table-inputs';

/** How many DDLs one report may have: after each of them stands a schema, so what is stored grows with their square. */
const MOST_DDLS = 300;

const AFTER_TABLES = {
  nullable: true,
  description:
    'The revision that the last change of the tables of the source was answered with; absent: the epoch of the session, ' +
    'as for the first change of a session. A request that comes late is known by it, and changes nothing.',
};

/** The input of `putShardSourceTables`. */
@InputType({ description: 'All tables of a source that belong to the task.' })
export class ShardPutSourceTablesInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => [ShardRegisteredTableInput], { description: 'All of them: what is not named is removed.' })
  readonly tables!: readonly ShardRegisteredTableInput[];

  @Field(() => String, {
    nullable: true,
    description: "The source's default collation, for schemas that do not say; without it `utf8mb4_bin`.",
  })
  readonly defaultCollation?: string | null;

  @Field(() => ShardRevision, AFTER_TABLES)
  readonly after?: Revision | null;
}

/** The input of `addShardSourceTable`. */
@InputType({ description: 'A table that was created upstream.' })
export class ShardAddSourceTableInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => ShardRegisteredTableInput, { description: 'The table.' })
  readonly table!: ShardRegisteredTableInput;

  @Field(() => String, {
    nullable: true,
    description: "The source's default collation, for a schema that does not say; without it `utf8mb4_bin`.",
  })
  readonly defaultCollation?: string | null;

  @Field(() => ShardRevision, AFTER_TABLES)
  readonly after?: Revision | null;
}

/** The input of `removeShardSourceTable`. */
@InputType({ description: 'A table that was dropped upstream.' })
export class ShardRemoveSourceTableInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => ShardTableInput, { description: 'The table.' })
  readonly table!: ShardTableInput;

  @Field(() => ShardRevision, AFTER_TABLES)
  readonly after?: Revision | null;
}

/** The input of `reportShardInfo`. */
@InputType({ description: 'An upstream table met DDLs (optimistic mode).' })
export class ShardReportInfoInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => ShardTableInput, { description: 'The upstream table.' })
  readonly table!: ShardTableInput;

  @Field(() => ShardDownstreamTableInput, { description: 'The downstream table that it is routed into.' })
  readonly target!: ShardDownstreamTableInput;

  @Field(() => [String], { description: 'The DDLs, one change each, naming the downstream table.' })
  readonly ddls!: readonly string[];

  @Field(() => String, {
    description: "The upstream table's schema before the first DDL, as a `CREATE TABLE` statement.",
  })
  readonly createTableBefore!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Its schema after each DDL, as `CREATE TABLE` statements. Without it they follow from the DDLs.',
  })
  readonly createTablesAfter?: readonly string[] | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether a conflict is passed over instead of waited for.',
  })
  readonly ignoreConflict!: boolean;

  @Field(() => String, {
    description:
      'Unique for each reading of these DDLs at their position: a request that is repeated keeps it, a DDL that is read ' +
      'again after a redirect or a restart gets a new one.',
  })
  readonly attempt!: string;

  @Field(() => String, {
    nullable: true,
    description: "The source's default collation, for schemas that do not say; without it `utf8mb4_bin`.",
  })
  readonly defaultCollation?: string | null;
}

/** The input of `reportShardSourceInfo`. */
@InputType({
  description: 'All tables of a source that are routed into a downstream table met DDLs (pessimistic mode).',
})
export class ShardReportSourceInfoInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => ShardDownstreamTableInput, { description: 'The downstream table.' })
  readonly target!: ShardDownstreamTableInput;

  @Field(() => [String], { description: 'The DDLs, one change each, naming the downstream table.' })
  readonly ddls!: readonly string[];

  @Field(() => String, {
    description:
      'Unique for each reading of these DDLs at their position: a request that is repeated keeps it, a DDL that is read ' +
      'again after a restart gets a new one.',
  })
  readonly attempt!: string;
}

/** The input of `acknowledgeShardOperation`. */
@InputType({ description: 'An operation that the worker has carried out.' })
export class ShardAcknowledgeOperationInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => ShardTableInput, { nullable: true, description: 'The upstream table; none in pessimistic mode.' })
  readonly table?: ShardTableInput | null;

  @Field(() => ShardRevision, { description: 'The revision of the operation.' })
  readonly revision!: Revision;
}

/** The input of `failShardOperation`. */
@InputType({ description: 'An operation that the worker could not carry out.' })
export class ShardFailOperationInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => ShardTableInput, { nullable: true, description: 'The upstream table; none in pessimistic mode.' })
  readonly table?: ShardTableInput | null;

  @Field(() => ShardRevision, { description: 'The revision of the operation.' })
  readonly revision!: Revision;

  @Field(() => String, { description: 'Why, for people.' })
  readonly reason!: string;

  @Field(() => Boolean, { description: 'Whether the worker goes on trying.' })
  readonly retryable!: boolean;
}

/** A sharding group inside one source that isn't complete. */
@InputType({ description: 'A sharding group inside one source that is not complete.' })
export class ShardFormingGroupInput {
  @Field(() => ShardDownstreamTableInput, { description: 'The downstream table.' })
  readonly target!: ShardDownstreamTableInput;

  @Field(() => [String], { description: 'The DDLs.' })
  readonly ddls!: readonly string[];

  @Field(() => String, { description: 'The position of the first DDL, as the worker writes positions.' })
  readonly firstPosition!: string;

  @Field(() => [ShardTableInput], { description: 'The tables that have met the DDLs.' })
  readonly synced!: readonly ShardTableInput[];

  @Field(() => [ShardTableInput], { description: 'The tables that have not met them.' })
  readonly unsynced!: readonly ShardTableInput[];
}

/** The input of `extendShardOperation`. */
@InputType({ description: 'Which operation is still being carried out.' })
export class ShardExtendOperationInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => ShardTableInput, { nullable: true, description: 'The table; none in pessimistic mode.' })
  readonly table?: ShardTableInput | null;

  @Field(() => ShardRevision, { description: 'The revision of the operation.' })
  readonly revision!: Revision;
}

/** The input of `reportShardStatus`. */
@InputType({ description: 'What a worker says of its work on one source.' })
export class ShardReportStatusInput {
  @Field(() => ShardSessionInput, { description: 'The session.' })
  readonly session!: ShardSessionInput;

  @Field(() => String, { description: 'For example `running` or `paused`.' })
  readonly stage!: string;

  @Field(() => String, {
    nullable: true,
    description: 'What it cannot go past, such as a row that the downstream refuses, in a sentence for people.',
  })
  readonly error?: string | null;

  @Field(() => String, { nullable: true, description: 'Where it reads, as it writes positions.' })
  readonly position?: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How far it is behind the source, in milliseconds; kept as a whole number.',
  })
  readonly delayMs?: number | null;

  @Field(() => [String], { defaultValue: [], description: 'The DDLs that it is blocked on; empty: it is not.' })
  readonly blockingDdls!: readonly string[];

  @Field(() => ID, { nullable: true, description: 'The lock that it is blocked on.' })
  readonly blockingLockId?: string | null;

  @Field(() => [ShardFormingGroupInput], {
    defaultValue: [],
    description: 'Its sharding groups that are not complete.',
  })
  readonly formingGroups!: readonly ShardFormingGroupInput[];
}

/** A report of a table. @throws LockstepError INVALID_INPUT, SCHEMA_BEFORE_MISSING, INCONSISTENT_INFO */
export function parseInfoReport(source: SourceId, input: ShardReportInfoInput): ReportInfoInput {
  const { schema, table } = parseUpstreamTable(source, input.table.schema, input.table.table);
  return {
    schema,
    table,
    target: parseTarget(input.target),
    ddls: parseDdls(input.ddls),
    createTableBefore: parseSchemaBefore(input),
    createTablesAfter: parseSchemasAfter(input),
    ignoreConflict: input.ignoreConflict,
    attempt: parseName('attempt', input.attempt),
    defaultCollation: parseCollation(input.defaultCollation),
  };
}

/** A report of a source. @throws LockstepError INVALID_INPUT */
export function parseSourceInfoReport(input: ShardReportSourceInfoInput): SourceInfoReport {
  return {
    target: parseTarget(input.target),
    ddls: parseDdls(input.ddls),
    attempt: parseName('attempt', input.attempt),
  };
}

function parseSchemaBefore({ createTableBefore }: ShardReportInfoInput): string {
  if (createTableBefore !== '') return parseText('createTableBefore', createTableBefore);
  throw new LockstepError('SCHEMA_BEFORE_MISSING', 'createTableBefore is empty', { field: 'createTableBefore' });
}

function parseSchemasAfter({ ddls, createTablesAfter }: ShardReportInfoInput): readonly string[] | null {
  if (createTablesAfter == null || createTablesAfter.length === ddls.length) return createTablesAfter ?? null;
  const message = `there are ${createTablesAfter.length} schemas after ${ddls.length} DDLs`;
  throw new LockstepError('INCONSISTENT_INFO', message, { field: 'createTablesAfter' });
}

function parseDdls(ddls: readonly string[]): readonly string[] {
  if (ddls.length >= 1 && ddls.length <= MOST_DDLS) return ddls.map((ddl) => parseText('ddls', ddl));
  throw new LockstepError('INVALID_INPUT', `ddls must have from 1 to ${MOST_DDLS} statements`, { field: 'ddls' });
}

/** A failure. @throws LockstepError INVALID_INPUT */
export function parseFailure(source: SourceId, input: ShardFailOperationInput): FailOperationInput {
  const { revision, reason, retryable } = input;
  return {
    table: parseOwnTable(source, input.table),
    revision,
    reason: reason.slice(0, MOST_ERROR_CHARACTERS),
    retryable,
  };
}

/** How much is kept of what a worker can't go past or carry out, in characters. */
const MOST_ERROR_CHARACTERS = 2_000;

/** A status. @throws LockstepError INVALID_INPUT */
export function parseStatus(input: ShardReportStatusInput): WorkerStatusInput {
  return {
    position: input.position ?? null,
    delayMs: input.delayMs == null ? null : parseDelay(input.delayMs),
    blockingDdls: input.blockingDdls,
    blockingLockId: input.blockingLockId == null ? null : parseLockName(input.blockingLockId),
    formingGroups: input.formingGroups.map(parseFormingGroup),
    stage: parseText('stage', input.stage),
    error: input.error == null ? null : parseText('error', input.error).slice(0, MOST_ERROR_CHARACTERS),
  };
}

/** Whole milliseconds, as they are stored. */
function parseDelay(delayMs: number): number {
  return Math.round(parseWithin('delayMs', delayMs, 0, Number.MAX_SAFE_INTEGER));
}

function parseFormingGroup({ target, ddls, firstPosition, synced, unsynced }: ShardFormingGroupInput): FormingGroup {
  const plain = ({ schema, table }: ShardTableInput): { schema: string; table: string } => ({ schema, table });
  return { target: parseTarget(target), ddls, firstPosition, synced: synced.map(plain), unsynced: unsynced.map(plain) };
}
