import type { Mode } from '../../core/model/records';
import type { Revision } from '../../core/model/revision';
import { Field, ID, InputType, Int } from '../decorators';
import { ShardDDLAction, ShardMode } from '../enums';
import type { DdlAction } from '../enums';
import { ShardRevision } from '../scalars';
import { ShardUpstreamTableInput } from './table-inputs';

/** What every manual action may be given. */
@InputType({ description: 'What every manual action may be given.' })
export abstract class ShardActionOptions {
  @Field(() => String, { nullable: true, description: 'Why it is done; kept in the audit trail.' })
  readonly reason?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'A request that is repeated with the same key gets the result of the first and does nothing again.',
  })
  readonly idempotencyKey?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Only say what would be done; nothing is written.' })
  readonly dryRun!: boolean;

  @Field(() => Int, {
    defaultValue: 10_000,
    description:
      'How long each wait for workers may last, in milliseconds: from 0 to 20,000. An unlock waits twice: for the owner, ' +
      'then for the others. The request itself waits for the end of the action, 20 seconds at most; after that ' +
      '`ShardActionPending` names the action, which goes on.',
  })
  readonly waitMs!: number;
}

/** The input of `putShardTask`. */
@InputType({ description: 'A task with all of its sources.' })
export class ShardPutTaskInput extends ShardActionOptions {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly name!: string;

  @Field(() => ShardMode, { description: 'The mode of the task; it cannot be changed later.' })
  readonly mode!: Mode;

  @Field(() => [ID], { description: 'All sources of the task: they count as declared from now on.' })
  readonly sources!: readonly string[];
}

/** The input of `unlockShardLock`. */
@InputType({ description: 'A lock to unlock although automation goes on waiting.' })
export class ShardUnlockLockInput extends ShardActionOptions {
  @Field(() => ID, { description: 'The lock ID, or `task/schema.table`.' })
  readonly lockId!: string;

  @Field(() => ShardRevision, {
    nullable: true,
    description: 'Only this incarnation of the lock; a newer one gives `ShardLockChanged`.',
  })
  readonly ifIncarnation?: Revision | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Pessimistic mode: this synced source executes the DDLs instead of the owner.',
  })
  readonly owner?: string | null;

  @Field(() => [ID], {
    defaultValue: [],
    description:
      'Pessimistic mode: only these sources skip. Optimistic mode: only tables of these sources. Empty: all.',
  })
  readonly sources!: readonly string[];

  @Field(() => [ShardUpstreamTableInput], {
    defaultValue: [],
    description: 'Optimistic mode: the tables to release; empty: all that wait for a person.',
  })
  readonly tables!: readonly ShardUpstreamTableInput[];

  @Field(() => ShardDDLAction, {
    nullable: true,
    description: 'Optimistic mode: what becomes of the reported DDLs; it must be given there.',
  })
  readonly action?: DdlAction | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Pessimistic mode: remove the lock even if the owner does not execute.',
  })
  readonly forceRemove!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Optimistic mode: also tables that wait for a redirect or are in stage error.',
  })
  readonly force!: boolean;
}

/** The input of `breakShardLock`. */
@InputType({ description: 'A source that is blocked on a DDL although its lock is of no use any more.' })
export class ShardBreakLockInput extends ShardActionOptions {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly task!: string;

  @Field(() => ID, { description: 'The source that is blocked.' })
  readonly source!: string;

  @Field(() => ShardDDLAction, { description: 'What becomes of the DDLs that it is blocked on.' })
  readonly action!: DdlAction;

  @Field(() => ID, {
    nullable: true,
    description: 'Remove this lock even if the source does not answer: a lock ID, or `task/schema.table`.',
  })
  readonly removeLockId?: string | null;

  @Field(() => ShardRevision, {
    nullable: true,
    description: 'Only this incarnation of the lock; a newer one gives `ShardLockChanged`.',
  })
  readonly ifIncarnation?: Revision | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Also while automation could still resolve the lock.' })
  readonly force!: boolean;
}

/** The input of `removeShardMeta`. */
@InputType({ description: 'A task, or some of its sources, of which nothing is to be kept.' })
export class ShardRemoveMetaInput extends ShardActionOptions {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly task!: string;

  @Field(() => [ID], { defaultValue: [], description: 'Only these sources; empty: the whole task.' })
  readonly sources!: readonly string[];

  @Field(() => Boolean, { defaultValue: false, description: 'Also while workers of the task are alive.' })
  readonly force!: boolean;
}

/** The input of `excludeShardSource`. */
@InputType({ description: 'A source that has gone, or has come back.' })
export class ShardExcludeSourceInput extends ShardActionOptions {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly task!: string;

  @Field(() => ID, { description: 'The source: it counts as ready and done, and gets no operation.' })
  readonly source!: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Take the source in again.' })
  readonly undo!: boolean;
}

/** The input of `retryShardInfo`. */
@InputType({ description: 'A stored report to decide again, as if it were sent again.' })
export class ShardRetryInfoInput extends ShardActionOptions {
  @Field(() => ID, { description: 'The name of the task.' })
  readonly task!: string;

  @Field(() => ID, { description: 'The source that reported.' })
  readonly source!: string;

  @Field(() => String, { nullable: true, description: 'Optimistic mode: the schema (database) of the upstream table.' })
  readonly schema?: string | null;

  @Field(() => String, { nullable: true, description: 'Optimistic mode: the name of the upstream table.' })
  readonly table?: string | null;
}
