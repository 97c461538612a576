import type { ActionRecord } from '../../core/model/action';
import type { ErrorCode } from '../../core/model/error-catalogue';
import type { LockstepError } from '../../core/model/error';
import { Field, ID, ObjectType } from '../decorators';
import { ShardAction, ShardWorkerResult } from '../types/action';
import { ShardOperation } from '../types/operation';
import { viewAction } from '../views/action-view';
import { ShardUserError, UserError, describeUserError, userErrorTypeName } from './user-error';

const options = (code: ErrorCode): Parameters<typeof ObjectType>[1] => ({
  implements: ShardUserError,
  description: describeUserError(code),
});

/** A newer operation is there, and this is it. */
@ObjectType(userErrorTypeName('STALE_OPERATION'), options('STALE_OPERATION'))
export class ShardStaleOperation {
  @Field(() => ShardOperation, { description: 'The newer operation, which the worker carries out instead.' })
  readonly operation!: ShardOperation;
}

/** A manual action still runs. */
@ObjectType(userErrorTypeName('ACTION_PENDING'), options('ACTION_PENDING'))
export class ShardActionPending {
  @Field(() => ID, { description: 'The ID of the action, for `shardAction`.' })
  readonly actionId!: string;

  @Field(() => ShardAction, { description: 'The action as it is now.' })
  readonly action!: ShardAction;
}

/** A manual action ended although the owner hasn't executed. */
@ObjectType(userErrorTypeName('OWNER_NOT_DONE'), options('OWNER_NOT_DONE'))
export class ShardOwnerNotDone {
  @Field(() => [ShardWorkerResult], { description: 'How it went for each source that took part.' })
  readonly workers!: readonly ShardWorkerResult[];
}

/** A manual action ended, but not every source has answered. */
@ObjectType(userErrorTypeName('PART_OF_WORKERS_FAILED'), options('PART_OF_WORKERS_FAILED'))
export class ShardPartOfWorkersFailed {
  @Field(() => [ShardWorkerResult], { description: 'How it went for each source that took part.' })
  readonly workers!: readonly ShardWorkerResult[];
}

/** The value of a `ShardStaleOperation`. */
export class StaleOperationError extends UserError {
  constructor(
    error: LockstepError,
    readonly operation: ShardOperation,
  ) {
    super(error);
  }
}

/** The value of an error of a manual action: it tells what became of the action as well. */
export class ActionError extends UserError {
  readonly actionId: string;
  readonly action: ShardAction;
  readonly workers: readonly ShardWorkerResult[];

  constructor(error: Pick<LockstepError, 'code' | 'message' | 'fields'>, record: ActionRecord) {
    super(error);
    this.actionId = record.id;
    this.action = viewAction(record);
    this.workers = this.action.workers;
  }
}
