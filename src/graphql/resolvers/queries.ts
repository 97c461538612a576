import { parseSourceId, parseTaskName } from '../../core/model/names';
import { parseLockName } from '../../core/model/lock-name';
import type { Revision } from '../../core/model/revision';
import { visibleSource, visibleWorker } from '../access/visible';
import { Arg, Ctx, ID, Int, Query, Resolver } from '../decorators';
import { ShardLockOrder } from '../diagnosis-enums';
import type { LockOrder } from '../diagnosis-enums';
import {
  ShardActionFilter,
  ShardLockFilter,
  ShardWorkerFilter,
  parseActionFilter,
  parseLockFilter,
  parseWorkerFilter,
} from '../inputs/read-inputs';
import type { RequestContext } from '../request-context';
import { ShardRevision } from '../scalars';
import { ShardAction } from '../types/action';
import { ShardCluster } from '../types/cluster';
import {
  ShardActionConnection,
  ShardLockConnection,
  ShardTaskConnection,
  ShardWorkerConnection,
} from '../types/connections';
import { ShardLock } from '../types/lock';
import { ShardOperation } from '../types/operation';
import { ShardSource, ShardTask } from '../types/task';
import { ShardWorker } from '../types/worker';
import { listActions, newestFirst, viewAction } from '../views/action-view';
import { viewCluster } from '../views/cluster-view';
import { listLocks } from '../views/lock-filter';
import { viewLock } from '../views/lock-view';
import { viewOperation } from '../views/operation-view';
import { pageOf } from '../views/page';
import type { Page } from '../views/page';
import { findTask, listTasks, viewTask } from '../views/task-view';
import { listWorkers, viewWorker } from '../views/worker-view';
import { EPOCH, parseAsked, pendingOperations } from './asked-operations';
import { AFTER, FIRST } from './page-arguments';

const AT_MOST = 50;

/** What can be asked without changing anything. */
@Resolver()
export class Queries {
  @Query(() => ShardLock, { nullable: true, description: 'A lock; null: there is none.' })
  shardLock(
    @Arg('id', () => ID, { description: 'The lock ID, or `task/schema.table`.' }) id: string,
    @Ctx() { service }: RequestContext,
  ): ShardLock | null {
    return viewLock(service.state, parseLockName(id));
  }

  @Query(() => ShardLockConnection, { description: 'Locks, also those that are only forming.' })
  shardLocks(
    @Ctx() { service }: RequestContext,
    @Arg('filter', () => ShardLockFilter, { nullable: true, description: 'Which locks; none: all.' })
    filter: ShardLockFilter | null,
    // A default in the schema would come as its name, not as its value.
    @Arg('orderBy', () => ShardLockOrder, {
      nullable: true,
      description: 'How they are ordered; none: `OLDEST_PROGRESS_FIRST`.',
    })
    orderBy: LockOrder | null,
    @Arg('first', () => Int, { defaultValue: AT_MOST, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<ShardLock | null> {
    const { state } = service;
    const order = orderBy ?? 'oldest-progress';
    return pageOf(
      listLocks(state, parseLockFilter(filter ?? null, service.nowMs()), order),
      { list: `locks ${order}`, first, after: after ?? null },
      ({ key }) => key,
      ({ id }) => viewLock(state, id),
    );
  }

  @Query(() => ShardTask, { nullable: true, description: 'A task; null: nothing is known of it.' })
  shardTask(
    @Arg('name', () => ID, { description: 'The name of the task.' }) name: string,
    @Ctx() { service }: RequestContext,
  ): ShardTask | null {
    return findTask(service.state, parseTaskName(name));
  }

  @Query(() => ShardTaskConnection, { description: 'Tasks, by their names.' })
  shardTasks(
    @Ctx() { service: { state } }: RequestContext,
    @Arg('first', () => Int, { defaultValue: AT_MOST, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<ShardTask> {
    return pageOf(
      listTasks(state),
      { list: 'tasks', first, after: after ?? null },
      (name) => name,
      (name) => viewTask(state, name),
    );
  }

  @Query(() => ShardSource, { nullable: true, description: 'A source; null: nothing is known of it.' })
  shardSource(
    @Arg('id', () => ID, { description: 'The ID of the source.' }) id: string,
    @Ctx() { service, identity }: RequestContext,
  ): ShardSource | null {
    return visibleSource(service.state, identity, parseSourceId(id));
  }

  @Query(() => ShardWorker, {
    nullable: true,
    description: 'A worker, also one that is gone; null: nobody knows of it.',
  })
  shardWorker(
    @Arg('id', () => ID, { description: 'The name of the worker.' }) id: string,
    @Ctx() { service, identity }: RequestContext,
  ): ShardWorker | null {
    return visibleWorker(service.state, identity, id);
  }

  @Query(() => ShardWorkerConnection, {
    description: 'Workers, also those that are gone and whose sources nobody has taken over since, by their names.',
  })
  shardWorkers(
    @Ctx() { service: { state } }: RequestContext,
    @Arg('filter', () => ShardWorkerFilter, { nullable: true, description: 'Which of them; none: all.' })
    filter: ShardWorkerFilter | null,
    @Arg('first', () => Int, { defaultValue: AT_MOST, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<ShardWorker | null> {
    return pageOf(
      listWorkers(state, parseWorkerFilter(filter ?? null)),
      { list: 'workers', first, after: after ?? null },
      (id) => id,
      (id) => viewWorker(state, id),
    );
  }

  @Query(() => ShardAction, { nullable: true, description: 'A manual action; null: there is none, or not any more.' })
  shardAction(
    @Arg('id', () => ID, { description: 'The ID of the action.' }) id: string,
    @Ctx() { service }: RequestContext,
  ): ShardAction | null {
    const record = service.state.actions.get(id);
    return record === undefined ? null : viewAction(record);
  }

  @Query(() => ShardActionConnection, {
    description: 'Manual actions, the newest first: the audit trail. They are kept for seven days.',
  })
  shardActions(
    @Ctx() { service: { state } }: RequestContext,
    @Arg('filter', () => ShardActionFilter, { nullable: true, description: 'Which of them; none: all.' })
    filter: ShardActionFilter | null,
    @Arg('first', () => Int, { defaultValue: AT_MOST, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<ShardAction> {
    return pageOf(
      listActions(state, parseActionFilter(filter ?? null)),
      { list: 'actions', first, after: after ?? null },
      newestFirst,
      (action) => viewAction(action),
    );
  }

  @Query(() => [ShardOperation], {
    description: 'The operations of a source that are not done, oldest first: what `shardOperations` begins with.',
  })
  async pendingShardOperations(
    @Arg('task', () => ID, { description: 'The name of the task.' }) task: string,
    @Arg('source', () => ID, { description: 'The ID of the source.' }) source: string,
    @Arg('epoch', () => ShardRevision, EPOCH) epoch: Revision | null,
    @Ctx() { service }: RequestContext,
  ): Promise<readonly ShardOperation[]> {
    return (await pendingOperations(service, parseAsked(task, source, epoch))).map(viewOperation);
  }

  @Query(() => ShardCluster, { description: 'What the answering server knows of itself and of the store.' })
  shardCluster(@Ctx() { service }: RequestContext): ShardCluster {
    return viewCluster(service);
  }
}
