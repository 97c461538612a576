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

  @Field(() => DateTime, { description: 'Since when it has been as it is: no other table of it has met the DDLs.' })
  readonly since!: Date;
}

/** What a worker last said of itself. */
@ObjectType({ description: 'What a worker last said of its work on one source.' })
export class ShardWorkerStatus {
  @Field(() => String, { description: 'For example `running` or `paused`.' })
  readonly stage!: string;

  @Field(() => String, { nullable: true, description: 'What it cannot go past; null: nothing.' })
  readonly error!: string | null;

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

/** What the store tells of a worker of DM. */
@ObjectType({ description: 'What the store tells of a worker of DM, which answers nobody but dm-master.' })
export class ShardDmAssignment {
  @Field(() => Boolean, { description: 'Whether it keeps its lease.' })
  readonly alive!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When it joined the cluster; null: it is not alive.' })
  readonly joinedAt!: Date | null;

  @Field(() => [String], {
    description: 'The DDLs that it has reported and waits with; empty: the store tells of none.',
  })
  readonly blockingDdls!: readonly string[];

  @Field(() => ID, { nullable: true, description: 'The lock that it waits for; null: the store tells of none.' })
  readonly blockingLockId!: LockId | null;

  @Field(() => String, { description: 'Why its stage, position and delay are not known.' })
  readonly unknownBecause!: string;
}

/** Which source of which task a worker speaks for, or did. */
@ObjectType({
  description: 'Which source of which task a worker speaks for; or did, if nobody has taken the source over since.',
})
export class ShardAssignment {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly taskName!: TaskName;

  @Field(() => ID, { description: 'The ID of the source.' })
  readonly sourceId!: SourceId;

  @Field(() => Boolean, { description: 'Whether it is registered now, or as one of DM is alive.' })
  readonly online!: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when it is gone; null: it is not, or nobody knows.',
  })
  readonly offlineSince!: Date | null;

  @Field(() => ShardRevision, {
    nullable: true,
    description: 'Larger than that of every earlier registration of the source; null: it is gone, or a worker of DM.',
  })
  readonly epoch!: Revision | null;

  @Field(() => DateTime, { nullable: true, description: 'When it registered; null: it is gone, or a worker of DM.' })
  readonly registeredAt!: Date | null;

  @Field(() => ShardWorkerStatus, { nullable: true, description: 'What it last said of itself; null: nothing.' })
  readonly status!: ShardWorkerStatus | null;

  @Field(() => ShardDmAssignment, { nullable: true, description: 'Of a worker of DM: what the store tells of it.' })
  readonly dm!: ShardDmAssignment | null;
}

/** A worker that is registered now, or was. */
@Directive('@key(fields: "id")')
@ObjectType({
  description:
    'A worker, here or in the DM cluster: a process that reads sources and executes what it is told. It is registered now, or it is gone and nobody has taken over a source of it since, as far as the journal reaches back.',
})
export class ShardWorker {
  @Field(() => ID, { description: 'The name under which it registered, here or in the DM cluster.' })
  readonly id!: string;

  @Field(() => String, { description: 'The same name.' })
  readonly name!: string;

  @Field(() => Boolean, { description: 'Whether it is registered now for any source, or as one of DM is alive.' })
  readonly online!: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description:
      'When something of it was last stored: its registration, a status, its end; renewals of its lease are not. Null: nobody knows.',
  })
  readonly lastSeenAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'The version of its program, as its last registration said; null: it did not say, or it is gone.',
  })
  readonly version!: string | null;

  @Field(() => [ShardAssignment], { description: 'What it is registered for, or was, by task and source.' })
  readonly assignments!: readonly ShardAssignment[];
}
