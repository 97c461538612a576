import type { ActionAnswer, CoordinatorService } from '../../coordinator/service';
import type { ActionInput } from '../../core/model/action';
import { observerRefusal } from '../../core/request/read-only';
import { Arg, Ctx, Directive, Mutation, Resolver } from '../decorators';
import { ActionError } from '../errors/extended-errors';
import { answer } from '../errors/result-union';
import type { ResultUnion } from '../errors/result-union';
import {
  parseActionRequest,
  parseBreak,
  parseExclude,
  parseKey,
  parsePutTask,
  parseRemoveMeta,
  parseRetry,
  parseUnlock,
} from '../inputs/action-requests';
import {
  ShardBreakLockInput,
  ShardExcludeSourceInput,
  ShardPutTaskInput,
  ShardRemoveMetaInput,
  ShardRetryInfoInput,
  ShardUnlockLockInput,
} from '../inputs/operator-inputs';
import type { ShardActionOptions } from '../inputs/operator-inputs';
import type { RequestContext } from '../request-context';
import {
  BreakLockResult,
  ExcludeSourceResult,
  PutTaskResult,
  RemoveMetaResult,
  RetryInfoResult,
  UnlockLockResult,
} from '../results/operator-results';
import { viewAction } from '../views/action-view';
import { describeForeseen, viewForeseen, viewPlan } from '../views/dry-run-view';
import { findUnlockEvent } from '../views/event-page';
import { viewLock } from '../views/lock-view';
import { findTask } from '../views/task-view';

const FOR_OPERATORS = '@tag(name: "lockstep-operator")';

/** What people do when automation isn't enough (8-settled.md, *One mechanism for manual actions*). */
@Resolver()
export class OperatorMutations {
  @Directive(FOR_OPERATORS)
  @Mutation(() => PutTaskResult.type, { description: 'Declare a task with all of its sources.' })
  putShardTask(
    @Arg('input', () => ShardPutTaskInput, { description: 'The task.' }) input: ShardPutTaskInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return act(context, PutTaskResult, input, () => parsePutTask(input));
  }

  @Directive(FOR_OPERATORS)
  @Mutation(() => UnlockLockResult.type, { description: 'Let a lock go on although automation still waits.' })
  unlockShardLock(
    @Arg('input', () => ShardUnlockLockInput, { description: 'Which lock, and how.' }) input: ShardUnlockLockInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    const { service, actor } = context;
    return act(context, UnlockLockResult, input, () => {
      const stored = service.storedAction({ mutation: 'unlock', actor, idempotencyKey: parseKey(input) });
      return parseUnlock(service.state, input, stored);
    });
  }

  @Directive(FOR_OPERATORS)
  @Mutation(() => BreakLockResult.type, { description: 'Let one source that is blocked on a DDL execute or skip it.' })
  breakShardLock(
    @Arg('input', () => ShardBreakLockInput, { description: 'Which source, and how.' }) input: ShardBreakLockInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return act(context, BreakLockResult, input, () => parseBreak(input));
  }

  @Directive(FOR_OPERATORS)
  @Mutation(() => RemoveMetaResult.type, { description: 'Remove what is stored of a task, or of some of its sources.' })
  removeShardMeta(
    @Arg('input', () => ShardRemoveMetaInput, { description: 'Which task and sources.' }) input: ShardRemoveMetaInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return act(context, RemoveMetaResult, input, () => parseRemoveMeta(input));
  }

  @Directive(FOR_OPERATORS)
  @Mutation(() => ExcludeSourceResult.type, {
    description: 'Leave a source that has gone out of its task, or take it in again.',
  })
  excludeShardSource(
    @Arg('input', () => ShardExcludeSourceInput, { description: 'Which source.' }) input: ShardExcludeSourceInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return act(context, ExcludeSourceResult, input, () => parseExclude(input));
  }

  @Directive(FOR_OPERATORS)
  @Mutation(() => RetryInfoResult.type, { description: 'Decide a stored report again, as if it were sent again.' })
  retryShardInfo(
    @Arg('input', () => ShardRetryInfoInput, { description: 'Whose report.' }) input: ShardRetryInfoInput,
    @Ctx() context: RequestContext,
  ): Promise<object> {
    return act(context, RetryInfoResult, input, () => parseRetry(input));
  }
}

/** Ask for a manual action and show what it came to. */
function act(
  { service, actor }: RequestContext,
  union: ResultUnion,
  options: ShardActionOptions,
  parse: () => ActionInput,
): Promise<object> {
  return answer(
    union,
    async () => {
      // What is asked for may depend on a lock, which an observer needn't look for.
      if (service.server.role === 'observing') throw observerRefusal();
      return service.act(parseActionRequest(options, parse(), actor));
    },
    (answered) => viewAnswer(service, answered),
  );
}

function viewAnswer(
  service: CoordinatorService,
  { action, pending, dryRun, changes, plan: firstStep, schemas, repeated }: ActionAnswer,
): object {
  if (pending && !dryRun) {
    const message = `action ${action.id} is still ${action.state}`;
    return new ActionError({ code: 'ACTION_PENDING', message, fields: { actionId: action.id } }, action);
  }
  const failed = action.result?.failure ?? null;
  if (failed !== null) return new ActionError(failed, action);
  const view = dryRun ? viewAction(action, null) : viewAction(action);
  const lock = view.lockId === null ? null : viewLock(service.state, view.lockId);
  const task = findTask(service.state, view.taskName);
  const plan = dryRun ? viewPlan(firstStep, action) : [];
  const foreseen = [...plan.map(({ sentence }) => sentence), ...schemas.map(describeForeseen)];
  const joinedSchemas = schemas.map(viewForeseen);
  return {
    action: view,
    changes: [...changes, ...foreseen],
    plan,
    dryRun,
    joinedSchemas,
    repeated,
    workers: view.workers,
    lock,
    task,
    get event() {
      return dryRun ? null : findUnlockEvent(service.events, action);
    },
  };
}
