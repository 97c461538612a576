import { parseTaskName } from '../../core/model/names';
import { visibleAssignments } from '../access/visible';
import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from '../decorators';
import type { RequestContext } from '../request-context';
import { ShardLockConnection, ShardRouteConnection } from '../types/connections';
import { ShardLock } from '../types/lock';
import { ShardLockEvent } from '../types/lock-event';
import { ShardProblem } from '../types/diagnosis';
import { ShardDownstreamTable } from '../types/names';
import { ShardOperation } from '../types/operation';
import { ShardSource, ShardTask } from '../types/task';
import { ShardWorker, ShardWorkerStatus } from '../types/worker';
import { ANY_LOCK, listLocks } from '../views/lock-filter';
import { viewLock } from '../views/lock-view';
import { pageOf } from '../views/page';
import type { Page } from '../views/page';
import { viewProblem } from '../views/cluster-view';
import { problemsOfTask } from '../views/problem-view';
import { findTask, routesOf, targetsOf, tasksOfSource, viewTask } from '../views/task-view';
import { lastStatusOf, viewStatusOf, viewWorker, viewWorkerOf, workersOfTask } from '../views/worker-view';
import { AFTER, FIRST } from './page-arguments';

/** Fields of operations that lead to other objects. */
@Resolver(() => ShardOperation)
export class OperationFields {
  @FieldResolver(() => ShardTask, { description: 'The task.' })
  task(@Root() { taskName }: ShardOperation, @Ctx() { service }: RequestContext): ShardTask {
    return viewTask(service.state, taskName);
  }

  @FieldResolver(() => ShardSource, { description: 'The source.' })
  source(@Root() { sourceId }: ShardOperation): ShardSource {
    return { id: sourceId };
  }

  @FieldResolver(() => ShardLock, { nullable: true, description: 'The lock; null: it has ended.' })
  lock(@Root() { lockId }: ShardOperation, @Ctx() { service }: RequestContext): ShardLock | null {
    return viewLock(service.state, lockId);
  }
}

/** Fields of events that lead to other objects: so routers can add what other subgraphs know of them. */
@Resolver(() => ShardLockEvent)
export class EventFields {
  @FieldResolver(() => ShardTask, { nullable: true, description: 'The task as it is now; null: it is gone.' })
  task(@Root() { taskName }: ShardLockEvent, @Ctx() { service }: RequestContext): ShardTask | null {
    return findTask(service.state, taskName);
  }

  @FieldResolver(() => ShardLock, {
    nullable: true,
    description: 'The lock as it is now; null: it has ended, or the event is not about a lock.',
  })
  lock(@Root() { lockId, incarnation }: ShardLockEvent, @Ctx() { service }: RequestContext): ShardLock | null {
    const lock = lockId === null ? null : viewLock(service.state, lockId);
    // A later lock of the same ID is another one.
    return incarnation === null || lock?.incarnation === incarnation ? lock : null;
  }
}

/** Fields of tasks that lead to other objects. */
@Resolver(() => ShardTask)
export class TaskFields {
  @FieldResolver(() => [ShardSource], { description: 'Its sources, without those that were left out by hand.' })
  sources(@Root() { sourceIds }: ShardTask): ShardSource[] {
    return sourceIds.map((id) => ({ id }));
  }

  @FieldResolver(() => [ShardWorker], { description: 'The workers that are registered for it now.' })
  workers(@Root() { name }: ShardTask, @Ctx() { service: { state } }: RequestContext): ShardWorker[] {
    return workersOfTask(state, name).flatMap((worker) => viewWorker(state, worker) ?? []);
  }

  @FieldResolver(() => [ShardDownstreamTable], {
    description: 'The downstream tables that its shards are merged into.',
  })
  targets(@Root() { name }: ShardTask, @Ctx() { service: { state } }: RequestContext): ShardDownstreamTable[] {
    return targetsOf(state, name);
  }

  @FieldResolver(() => [ShardProblem], { description: 'What somebody should look at of this task.' })
  problems(@Root() { name }: ShardTask, @Ctx() { service: { state } }: RequestContext): ShardProblem[] {
    return problemsOfTask(state, name).map(viewProblem);
  }

  @FieldResolver(() => ShardLockConnection, { description: 'Its locks, by their IDs.' })
  locks(
    @Root() { name }: ShardTask,
    @Ctx() { service: { state } }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 50, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<ShardLock | null> {
    return pageOf(
      listLocks(state, { ...ANY_LOCK, task: name }, 'id'),
      { list: 'locks id', first, after: after ?? null },
      ({ key }) => key,
      ({ id }) => viewLock(state, id),
    );
  }
}

/** Fields of workers that lead to other objects, as far as the asker may see the tasks that they are of. */
@Resolver(() => ShardWorker)
export class WorkerFields {
  @FieldResolver(() => [ShardSource], { description: 'The sources that it speaks for, or did, by their IDs.' })
  sources(@Root() worker: ShardWorker, @Ctx() { identity }: RequestContext): ShardSource[] {
    const sources = visibleAssignments(identity, worker).map(({ sourceId }) => sourceId);
    return [...new Set(sources)].sort().map((id) => ({ id }));
  }

  @FieldResolver(() => ShardWorkerStatus, {
    nullable: true,
    description: 'What it last said, of whichever source; `assignments` tell of each. Null: nothing.',
  })
  status(@Root() worker: ShardWorker, @Ctx() { identity }: RequestContext): ShardWorkerStatus | null {
    return lastStatusOf(visibleAssignments(identity, worker));
  }
}

/** Fields of sources. */
@Resolver(() => ShardSource)
export class SourceFields {
  @FieldResolver(() => [ShardTask], { description: 'The tasks that it takes part in.' })
  tasks(@Root() { id }: ShardSource, @Ctx() { service }: RequestContext): ShardTask[] {
    return tasksOfSource(service.state, id);
  }

  @FieldResolver(() => ShardWorker, {
    nullable: true,
    description:
      'Its worker in a task: the one that is registered now, else the last that was; null: nobody knows of one.',
  })
  worker(
    @Root() { id }: ShardSource,
    @Ctx() { service: { state } }: RequestContext,
    @Arg('task', () => ID, { description: 'The name of the task.' }) task: string,
  ): ShardWorker | null {
    return viewWorkerOf(state, parseTaskName(task), id);
  }

  @FieldResolver(() => ShardWorkerStatus, {
    nullable: true,
    description:
      'What its worker last said of a task, also one that is gone; null: nothing, or only the store tells of it.',
  })
  status(
    @Root() { id }: ShardSource,
    @Ctx() { service: { state } }: RequestContext,
    @Arg('task', () => ID, { description: 'The name of the task.' }) task: string,
  ): ShardWorkerStatus | null {
    return viewStatusOf(state, parseTaskName(task), id);
  }

  @FieldResolver(() => ShardRouteConnection, { description: 'Its tables in a task, with their routes.' })
  upstreamTables(
    @Root() { id }: ShardSource,
    @Ctx() { service: { state } }: RequestContext,
    @Arg('task', () => ID, { description: 'The name of the task.' }) task: string,
    @Arg('first', () => Int, { defaultValue: 100, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<{ readonly schema: string; readonly table: string }> {
    const routes = routesOf(state, parseTaskName(task), id);
    return pageOf(
      routes,
      { list: 'tables', first, after: after ?? null },
      ({ schema, table }) => `${schema}\0${table}`,
      (route) => route,
    );
  }
}
