import type { LockId } from '../../core/model/lock-id';
import type { SourceId, TaskName } from '../../core/model/names';
import type { Revision } from '../../core/model/revision';
import { Directive, Field, Float, ID, ObjectType } from '../decorators';
import { DateTime, ShardRevision } from '../scalars';
import { ShardDownstreamTable } from './names';

/** A table of a source that is known from where it is named. */
@ObjectType({ description: 'A table of the source that the object it stands in belongs to.' })
export class ShardTableName {
  @Field(() => String, { description: 'The schema (database) of the table.' })
  readonly schema!: string;

  @Field(() => String, { description: 'The name of the table.' })
  readonly table!: string;
}

/** A sharding group inside one source that isn't complete. */
@ObjectType({
  description: 'A sharding group inside one source that is not complete: some of its tables have not met the DDLs.',
})
export class ShardFormingGroup {
  @Field(() => ShardDownstreamTable, { description: 'The downstream table.' })
  readonly target!: ShardDownstreamTable;

  @Field(() => [String], { description: 'The DDLs.' })
  readonly ddls!: readonly string[];

  @Field(() => String, { description: 'The position of the first DDL, as the worker writes positions.' })
  readonly firstPosition!: string;

  @Field(() => [ShardTableName], { description: 'The tables that have met the DDLs.' })
  readonly synced!: readonly ShardTableName[];

  @Field(() => [ShardTableName], { description: 'The tables that have not met them.' })
  readonly unsynced!: readonly ShardTableName[];
}

/** What a worker last said of itself. */
@ObjectType({ description: 'What a worker last said of its work on one source.' })
export class ShardWorkerStatus {
  @Field(() => String, { description: 'For example `running` or `paused`.' })
  readonly stage!: string;

  @Field(() => String, { nullable: true, description: 'Where it reads, as it writes positions; null: it did not say.' })
  readonly position!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How far it is behind the source, in milliseconds; null: not known.',
  })
  readonly delayMs!: number | null;

  @Field(() => [String], { description: 'The DDLs that it is blocked on; empty: it is not.' })
  readonly blockingDdls!: readonly string[];

  @Field(() => ID, { nullable: true, description: 'The lock that it is blocked on; null: none.' })
  readonly blockingLockId!: LockId | null;

  @Field(() => [ShardFormingGroup], { description: 'Its sharding groups that are not complete.' })
  readonly formingGroups!: readonly ShardFormingGroup[];

  @Field(() => DateTime, { description: 'When it said so. Unchanged statuses are stored every 30 seconds at most.' })
  readonly reportedAt!: Date;
}

/** Which source of which task a worker speaks for. */
@ObjectType({ description: 'A registration that lives: which source of which task a worker speaks for.' })
export class ShardAssignment {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly taskName!: TaskName;

  @Field(() => ID, { description: 'The ID of the source.' })
  readonly sourceId!: SourceId;

  @Field(() => ShardRevision, { description: 'Larger than that of every earlier registration of the source.' })
  readonly epoch!: Revision;

  @Field(() => DateTime, { description: 'When it registered.' })
  readonly registeredAt!: Date;

  @Field(() => ShardWorkerStatus, { nullable: true, description: 'What it last said of itself; null: nothing.' })
  readonly status!: ShardWorkerStatus | null;
}

/** A worker that is registered now. */
@Directive('@key(fields: "id")')
@ObjectType({
  description: 'A worker that is registered now: a process that reads sources and executes what it is told.',
})
export class ShardWorker {
  @Field(() => ID, { description: 'The name under which it registered.' })
  readonly id!: string;

  @Field(() => [ShardAssignment], { description: 'What it is registered for, by task and source.' })
  readonly assignments!: readonly ShardAssignment[];
}
