import type { ActionKind, ActionState } from '../../core/model/action';
import type { ErrorCode } from '../../core/model/error-catalogue';
import type { LockId } from '../../core/model/lock-id';
import type { SourceId, TaskName } from '../../core/model/names';
import { Field, ID, ObjectType } from '../decorators';
import { ShardActionKind, ShardActionState, ShardErrorCode } from '../enums';
import { DateTime } from '../scalars';
import { ShardTableSchema } from './schema';

/** Why an action, or its part for one source, failed. */
@ObjectType({ description: 'Why a manual action, or its part for one source, failed.' })
export class ShardActionFailure {
  @Field(() => ShardErrorCode, { description: 'The code of the error catalogue.' })
  readonly code!: ErrorCode;

  @Field(() => String, { description: 'What happened, for people.' })
  readonly message!: string;

  @Field(() => String, { description: 'What can be done about it.' })
  readonly help!: string;
}

/** How an action went for one source. */
@ObjectType({ description: 'How a manual action went for one source.' })
export class ShardWorkerResult {
  @Field(() => ID, { description: 'The source.' })
  readonly sourceId!: SourceId;

  @Field(() => Boolean, { description: 'Whether its worker did what was asked.' })
  readonly result!: boolean;

  @Field(() => ShardActionFailure, { nullable: true, description: 'Why it did not; null if it did.' })
  readonly failure!: ShardActionFailure | null;
}

/** What a lock would join to. */
@ObjectType({ description: 'What an optimistic lock would join to after a manual action.' })
export class ShardForeseenSchema {
  @Field(() => ID, { description: 'The lock.' })
  readonly lockId!: LockId;

  @Field(() => ShardTableSchema, {
    nullable: true,
    description: 'What the downstream table must look like then; null: the schemas still do not join.',
  })
  readonly joinedSchema!: ShardTableSchema | null;
}

/** One manual action. */
@ObjectType({
  description:
    'A manual action from its request to its result. Actions are kept for seven days: they are the audit trail.',
})
export class ShardAction {
  @Field(() => ID, { nullable: true, description: 'Identifies the action; null in a dry run, which records none.' })
  readonly id!: string | null;

  @Field(() => ShardActionKind, { description: 'What was asked for.' })
  readonly kind!: ActionKind;

  @Field(() => ShardActionState, { description: 'How far it is.' })
  readonly state!: ActionState;

  @Field(() => ID, { description: 'The task that it concerns.' })
  readonly taskName!: TaskName;

  @Field(() => ID, { nullable: true, description: 'The lock that it concerns; null if it concerns none by name.' })
  readonly lockId!: LockId | null;

  @Field(() => String, { description: 'Who asked for it.' })
  readonly actor!: string;

  @Field(() => String, { description: 'Why, in the words of who asked; empty if nothing was said.' })
  readonly reason!: string;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly askedAt!: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the running wait for workers ends; null: it waits for none.',
  })
  readonly deadlineAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended; null: it has not.' })
  readonly endedAt!: Date | null;

  @Field(() => ShardActionFailure, { nullable: true, description: 'Why it failed; null if it has not.' })
  readonly failure!: ShardActionFailure | null;

  @Field(() => [ShardWorkerResult], { description: 'How it went for each source that took part.' })
  readonly workers!: readonly ShardWorkerResult[];

  @Field(() => [String], { description: 'What was put, executed and removed, in sentences.' })
  readonly changes!: readonly string[];
}
