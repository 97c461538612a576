import type { ConflictStage } from '../../core/model/conflict-stage';
import type { LockId } from '../../core/model/lock-id';
import type { LockState } from '../../core/model/lock-state';
import type { SourceId, TaskName, UpstreamTable } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import type { Revision } from '../../core/model/revision';
import type { DropStage } from '../../core/optimistic/dropped-columns';
import { Directive, Field, ID, Int, ObjectType } from '../decorators';
import { ShardConflictStage, ShardDropStage, ShardLockState, ShardMode } from '../enums';
import { DateTime, ShardRevision } from '../scalars';
import { ShardDownstreamTable, ShardUpstreamTable } from './names';
import { ShardOperation } from './operation';
import { ShardSchemaConflict, ShardSchemaDifference, ShardTableSchema } from './schema';

/** What one participant has reported. */
@ObjectType({ description: 'What a participant of a lock has reported.' })
export class ShardDDLInfo {
  @Field(() => [String], { description: 'The DDLs, as they were reported.' })
  readonly ddls!: readonly string[];

  @Field(() => ShardTableSchema, {
    nullable: true,
    description:
      'Optimistic mode: the schema before the first DDL; null in pessimistic mode, or if it was not reported.',
  })
  readonly before!: ShardTableSchema | null;

  @Field(() => [ShardTableSchema], {
    description: 'Optimistic mode: the schema after each DDL. Empty in pessimistic mode.',
  })
  readonly after!: readonly ShardTableSchema[];

  @Field(() => ShardRevision, { description: 'The revision of the report.' })
  readonly revision!: Revision;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was reported; null: not through this API, and the store of DM does not say.',
  })
  readonly receivedAt!: Date | null;

  @Field(() => Boolean, { description: 'Optimistic mode: whether a conflict is passed over instead of waited for.' })
  readonly ignoreConflict!: boolean;
}

/** One table that dropped a column. */
@ObjectType({ description: 'A table that has dropped a column of its lock.' })
export class ShardDroppedColumnTable {
  @Field(() => ShardUpstreamTable, { description: 'The table.' })
  readonly table!: UpstreamTable;

  @Field(() => ShardDropStage, { description: 'How far its drop has come.' })
  readonly stage!: DropStage;
}

/** A column that isn't dropped everywhere yet. */
@ObjectType({
  description: 'A column that some tables of a lock have dropped, and that is not fully dropped yet.',
})
export class ShardDroppedColumn {
  @Field(() => String, { description: 'The column, as the first DDL wrote it.' })
  readonly column!: string;

  @Field(() => [ShardDroppedColumnTable], { description: 'The first hundred tables that have dropped it.' })
  readonly tables!: readonly ShardDroppedColumnTable[];

  @Field(() => Int, { description: 'How many tables have dropped it.' })
  readonly tableCount!: number;

  @Field(() => [ShardUpstreamTable], { description: 'The first hundred tables that still have it.' })
  readonly stillIn!: readonly UpstreamTable[];

  @Field(() => Int, { description: 'How many tables still have it.' })
  readonly stillInCount!: number;
}

/** One source (pessimistic) or upstream table (optimistic) of a lock. */
@ObjectType({
  description: 'A participant of a lock: a source (pessimistic mode) or an upstream table (optimistic mode).',
})
export class ShardParticipant {
  /** Names the task for its resolvers. */
  readonly taskName!: TaskName;

  @Field(() => ID, { description: 'The source.' })
  readonly sourceId!: SourceId;

  @Field(() => ShardUpstreamTable, { nullable: true, description: 'The upstream table; null in pessimistic mode.' })
  readonly upstreamTable!: ShardUpstreamTable | null;

  @Field(() => Boolean, {
    description: 'Pessimistic mode: it has reported the DDLs. Optimistic mode: its schema is the joined schema.',
  })
  readonly synced!: boolean;

  @Field(() => Boolean, { description: 'Whether it has carried out its last operation.' })
  readonly done!: boolean;

  @Field(() => ShardConflictStage, { nullable: true, description: 'The stage of its operation; null without one.' })
  readonly conflictStage!: ConflictStage | null;

  @Field(() => String, { nullable: true, description: 'What is wrong with its report, in words; null: nothing.' })
  readonly message!: string | null;

  @Field(() => ShardTableSchema, {
    nullable: true,
    description: 'Its schema as the lock sees it; null in pessimistic mode.',
  })
  readonly schema!: ShardTableSchema | null;

  @Field(() => [ShardSchemaDifference], {
    description: 'In what its schema differs from the joined one; empty while the schemas do not join.',
  })
  readonly differences!: readonly ShardSchemaDifference[];

  @Field(() => ShardDDLInfo, { nullable: true, description: 'What it has reported; null: nothing that is stored.' })
  readonly info!: ShardDDLInfo | null;

  @Field(() => ShardOperation, { nullable: true, description: 'What it was told; null: nothing that is stored.' })
  readonly operation!: ShardOperation | null;
}

/** The coordination state of one downstream table while its shards differ. */
@Directive('@key(fields: "id")')
@Directive('@key(fields: "taskName downSchema downTable")')
@ObjectType({
  description: 'A lock: the coordination state of one downstream table of one task, while its shards differ.',
})
export class ShardLock {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly taskName!: TaskName;

  @Field(() => ID, { description: 'The lock ID: the task, a dash and the quoted downstream table.' })
  readonly id!: LockId;

  @Field(() => ShardRevision, {
    nullable: true,
    description:
      'The creation revision of the lock, which tells it from earlier and later ones of the same ID; null while it is forming.',
  })
  readonly incarnation!: Revision | null;

  @Field(() => ShardMode, { description: 'In which mode it works.' })
  readonly mode!: Mode;

  @Field(() => ShardDownstreamTable, { description: 'The downstream table.' })
  readonly target!: ShardDownstreamTable;

  @Field(() => ShardLockState, { description: 'How far it is.' })
  readonly state!: LockState;

  @Field(() => ID, {
    nullable: true,
    description: 'Pessimistic mode: the source that executes the DDLs downstream. Null in optimistic mode.',
  })
  readonly ownerId!: SourceId | null;

  @Field(() => [String], {
    description:
      'Pessimistic mode: the DDLs of the lock. Optimistic mode: the different DDLs that its tables reported last.',
  })
  readonly ddls!: readonly string[];

  @Field(() => Int, { description: 'How many participants are synced.' })
  readonly syncedCount!: number;

  @Field(() => Int, { description: 'How many participants are not synced.' })
  readonly unsyncedCount!: number;

  @Field(() => ShardTableSchema, {
    nullable: true,
    description:
      'Optimistic mode: the least schema that accepts the rows of every shard; null while the schemas do not join.',
  })
  readonly joinedSchema!: ShardTableSchema | null;

  @Field(() => ShardSchemaConflict, { nullable: true, description: 'Why the schemas do not join; null if they do.' })
  readonly joinConflict!: ShardSchemaConflict | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was created; null until that is recorded.' })
  readonly createdAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it last made progress; null until that is recorded.' })
  readonly lastProgressAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When anything of it changed last, also what is no progress; null until that is recorded.',
  })
  readonly updatedAt!: Date | null;

  @Field(() => ShardRevision, { description: 'The largest revision of what is stored of it.' })
  readonly revision!: Revision;

  @Field(() => [ShardDroppedColumn], {
    description: 'Optimistic mode: columns that some tables have dropped, until all have and the downstream has too.',
  })
  readonly droppedColumns!: readonly ShardDroppedColumn[];

  @Field(() => Boolean, {
    description: 'Whether its task has neither workers nor source tables, so that nobody will ever go on with it.',
  })
  readonly orphan!: boolean;

  @Field(() => Boolean, { description: 'Whether the last lock of its target has executed its DDLs already.' })
  readonly phantom!: boolean;
}
