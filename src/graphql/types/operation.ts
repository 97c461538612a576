import type { ConflictStage } from '../../core/model/conflict-stage';
import type { LockId } from '../../core/model/lock-id';
import type { SourceId, TaskName } from '../../core/model/names';
import type { Revision } from '../../core/model/revision';
import { Field, ID, ObjectType } from '../decorators';
import { ShardConflictStage } from '../enums';
import { ShardRevision } from '../scalars';
import { ShardUpstreamTable } from './names';

/** An order to a worker: of one upstream table (optimistic), or of one source (pessimistic). */
@ObjectType({
  description: 'An order to a worker: for one upstream table (optimistic mode) or for one source (pessimistic mode).',
})
export class ShardOperation {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly taskName!: TaskName;

  @Field(() => ID, {
    description:
      '`<task>/<source>[/<schema>/<table>]@<revision>`, each part percent-encoded: one order and no later one.',
  })
  readonly id!: string;

  @Field(() => ID, { description: 'The lock that the operation belongs to.' })
  readonly lockId!: LockId;

  @Field(() => ID, { description: 'The source whose worker is to carry it out.' })
  readonly sourceId!: SourceId;

  @Field(() => ShardUpstreamTable, { nullable: true, description: 'The upstream table; null in pessimistic mode.' })
  readonly upstreamTable!: ShardUpstreamTable | null;

  @Field(() => [String], {
    description: 'The DDLs to execute downstream; they name the downstream table. Empty: there is nothing to execute.',
  })
  readonly ddls!: readonly string[];

  @Field(() => Boolean, {
    nullable: true,
    description: 'Pessimistic mode: execute the DDLs downstream (true), or skip them (false). Null in optimistic mode.',
  })
  readonly exec!: boolean | null;

  @Field(() => ShardConflictStage, { nullable: true, description: 'Optimistic mode: what it says about conflicts.' })
  readonly conflictStage!: ConflictStage | null;

  @Field(() => String, { description: 'Why, in words; empty without a conflict.' })
  readonly message!: string;

  @Field(() => [String], { description: 'Columns that the operation drops for the table, as its DDL wrote them.' })
  readonly droppedColumns!: readonly string[];

  @Field(() => Boolean, { description: 'Whether the worker has carried it out.' })
  readonly done!: boolean;

  @Field(() => ShardRevision, { description: 'The revision at which it was put; an acknowledgement names it.' })
  readonly revision!: Revision;
}
