import type { LockId } from '../../core/model/lock-id';
import type { SourceId, UpstreamTable } from '../../core/model/names';
import type { ChangedRecord, PlannedChange } from '../../core/request/planned-change';
import { Field, ID, ObjectType } from '../decorators';
import { ShardChangedRecord, ShardPlannedChangeKind } from '../enums';
import { ShardUpstreamTable } from './names';

/** One thing that a manual action would do. */
@ObjectType({ description: 'One thing that a manual action would do, as its dry run tells.' })
export class ShardPlannedChange {
  @Field(() => ShardPlannedChangeKind, { description: 'What would become of it.' })
  readonly kind!: PlannedChange['kind'];

  @Field(() => ShardChangedRecord, { description: 'What it is.' })
  readonly record!: ChangedRecord;

  @Field(() => String, { description: 'The same for people.' })
  readonly sentence!: string;

  @Field(() => ID, { nullable: true, description: 'The source that it is of; null: of none, or of several.' })
  readonly sourceId!: SourceId | null;

  @Field(() => ShardUpstreamTable, {
    nullable: true,
    description: 'The upstream table that it is of; null in pessimistic mode, or if it is of none.',
  })
  readonly upstreamTable!: UpstreamTable | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The lock of an operation, or the one that would go later; else null.',
  })
  readonly lockId!: LockId | null;

  @Field(() => [String], {
    description: 'The DDLs of an operation that would be put. Optimistic mode: to execute; empty: none. Else empty.',
  })
  readonly ddls!: readonly string[];

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Of a pessimistic operation: whether its DDLs would be executed downstream (true) or skipped (false). Else null.',
  })
  readonly exec!: boolean | null;
}
