import type { ErrorCode } from '../../core/model/error-catalogue';
import { Field, InterfaceType, ObjectType } from '../decorators';
import { resultUnion } from '../errors/result-union';
import { ShardAction, ShardForeseenSchema, ShardWorkerResult } from '../types/action';
import { ShardLock } from '../types/lock';
import { ShardLockEvent } from '../types/lock-event';
import { ShardPlannedChange } from '../types/planned-change';
import { ShardTask } from '../types/task';

/** Errors of every manual action. */
const OF_ACTION: readonly ErrorCode[] = [
  'ACTION_PENDING',
  'IDEMPOTENCY_KEY_REUSED',
  'LOCK_CHANGED',
  'TASK_NOT_FOUND',
  'SOURCE_NOT_FOUND',
  'DM_LEADS',
];

const PLAN =
  'In a dry run: what would be put, executed and removed, one by one, by the first step, and what would follow. Empty otherwise: `changes` says what was done.';

/** What a manual action gives. */
@InterfaceType({ description: 'What a manual action gives.', autoRegisterImplementations: false })
export abstract class ShardActionSuccess {
  @Field(() => ShardAction, { description: 'The action as it ended; in a dry run as it would end.' })
  readonly action!: ShardAction;

  @Field(() => [String], {
    description: 'What was, or in a dry run would be, put, executed and removed, in sentences.',
  })
  readonly changes!: readonly string[];

  @Field(() => Boolean, { description: 'Nothing was written: it was only asked what would be done.' })
  readonly dryRun!: boolean;

  @Field(() => [ShardForeseenSchema], {
    description:
      'In a dry run: what each optimistic lock whose tables the action changes would join to afterwards. Not listed: locks ' +
      'that would be gone, and those in which a report that waits would be decided.',
  })
  readonly joinedSchemas!: readonly ShardForeseenSchema[];

  @Field(() => Boolean, { description: 'The same request was made before: this is its stored result.' })
  readonly repeated!: boolean;
}

/** The task is declared. */
@ObjectType({ implements: ShardActionSuccess, description: 'The task is declared.' })
export class ShardPutTaskSuccess extends ShardActionSuccess {
  @Field(() => ShardTask, {
    nullable: true,
    description: 'The task as it is now; null: it is not there, as in a dry run of a new one.',
  })
  readonly task!: ShardTask | null;
}

/** The lock is unlocked. */
@ObjectType({ implements: ShardActionSuccess, description: 'The lock is unlocked.' })
export class ShardUnlockLockSuccess extends ShardActionSuccess {
  @Field(() => [ShardWorkerResult], { description: 'How it went for each source that took part.' })
  readonly workers!: readonly ShardWorkerResult[];

  @Field(() => [ShardPlannedChange], { description: PLAN })
  readonly plan!: readonly ShardPlannedChange[];

  @Field(() => ShardLock, { nullable: true, description: 'The lock as it is now; null: it is gone.' })
  readonly lock!: ShardLock | null;

  @Field(() => ShardLockEvent, {
    nullable: true,
    description:
      'The event that tells of it, of several the last. Null: in a dry run; if the lock was gone before; or if the journal does not reach back to it, as for a request that is repeated days later.',
  })
  readonly event!: Promise<ShardLockEvent | null>;
}

/** The source goes on. */
@ObjectType({ implements: ShardActionSuccess, description: 'The source goes on.' })
export class ShardBreakLockSuccess extends ShardActionSuccess {
  @Field(() => [ShardWorkerResult], { description: 'How it went for each source that took part.' })
  readonly workers!: readonly ShardWorkerResult[];

  @Field(() => [ShardPlannedChange], { description: PLAN })
  readonly plan!: readonly ShardPlannedChange[];
}

/** What was stored is removed. */
@ObjectType({ implements: ShardActionSuccess, description: 'What was stored is removed.' })
export class ShardRemoveMetaSuccess extends ShardActionSuccess {}

/** The source is left out, or taken in again. */
@ObjectType({ implements: ShardActionSuccess, description: 'The source is left out, or taken in again.' })
export class ShardExcludeSourceSuccess extends ShardActionSuccess {}

/** The report is decided again. */
@ObjectType({ implements: ShardActionSuccess, description: 'The report is decided again.' })
export class ShardRetryInfoSuccess extends ShardActionSuccess {}

export const PutTaskResult = resultUnion('`putShardTask`', 'ShardPutTask', ShardPutTaskSuccess, [
  ...OF_ACTION,
  'TASK_MODE_CONFLICT',
]);

export const UnlockLockResult = resultUnion('`unlockShardLock`', 'ShardUnlockLock', ShardUnlockLockSuccess, [
  ...OF_ACTION,
  'LOCK_NOT_FOUND',
  'LOCK_IS_RESOLVING',
  'LOCK_STILL_FORMING',
  'NOT_IN_CONFLICT',
  'INFO_NOT_FOUND',
  'OWNER_NOT_WAITING',
  'OWNER_NOT_DONE',
  'PART_OF_WORKERS_FAILED',
]);

export const BreakLockResult = resultUnion('`breakShardLock`', 'ShardBreakLock', ShardBreakLockSuccess, [
  ...OF_ACTION,
  'LOCK_NOT_FOUND',
  'LOCK_IS_RESOLVING',
  'NOT_WAITING',
  'TASK_MODE_CONFLICT',
  'PART_OF_WORKERS_FAILED',
]);

export const RemoveMetaResult = resultUnion('`removeShardMeta`', 'ShardRemoveMeta', ShardRemoveMetaSuccess, [
  ...OF_ACTION,
  'TASK_RUNNING',
]);

export const ExcludeSourceResult = resultUnion(
  '`excludeShardSource`',
  'ShardExcludeSource',
  ShardExcludeSourceSuccess,
  OF_ACTION,
);

export const RetryInfoResult = resultUnion('`retryShardInfo`', 'ShardRetryInfo', ShardRetryInfoSuccess, [
  ...OF_ACTION,
  'INFO_NOT_FOUND',
  'LOCK_NOT_FOUND',
]);
