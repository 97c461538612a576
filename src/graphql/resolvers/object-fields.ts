import { parseTaskName } from '../../core/model/names';
import { sourceKey } from '../../core/model/table-key';
import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from '../decorators';
import type { RequestContext } from '../request-context';
import { ShardLockConnection, ShardParticipantConnection, ShardRouteConnection } from '../types/connections';
import { ShardLock, ShardParticipant } from '../types/lock';
import { ShardOperation } from '../types/operation';
import { ShardSource, ShardTask } from '../types/task';
import { ShardWorker } from '../types/worker';
import { listLocks, viewLock, viewParticipants } from '../views/lock-view';
import { pageOf } from '../views/page';
import type { Page } from '../views/page';
import { routesOf, tasksOfSource, viewTask } from '../views/task-view';
import { viewWorker } from '../views/worker-view';

const FIRST = 'At most this many items, up to 1,000.';
const AFTER = 'The cursor after which the page begins.';

/** Fields of locks that lead to other objects. */
@Resolver(() => ShardLock)
export class LockFields {
  @FieldResolver(() => ShardTask, { description: 'The task.' })
  task(@Root() lock: ShardLock, @Ctx() { service }: RequestContext): ShardTask | null {
    return viewTask(service.state, lock.taskName);
  }

  @FieldResolver(() => ShardSource, { nullable: true, description: 'The owner, as `ownerId` names it.' })
  owner(@Root() { ownerId }: ShardLock): ShardSource | null {
    return ownerId === null ? null : { id: ownerId };
  }

  @FieldResolver(() => ShardParticipantConnection, { description: 'The sources or upstream tables of the lock.' })
  participants(
    @Root() lock: ShardLock,
    @Ctx() { service }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 100, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<ShardParticipant> {
    const participants = viewParticipants(service.state, lock.id);
    return pageOf(
      participants,
      { first, after: after ?? null },
      ({ key }) => key,
      ({ view }) => view(),
    );
  }
}

/** Fields of participants that lead to other objects. */
@Resolver(() => ShardParticipant)
export class ParticipantFields {
  @FieldResolver(() => ShardSource, { description: 'The source.' })
  source(@Root() { sourceId }: ShardParticipant): ShardSource {
    return { id: sourceId };
  }

  @FieldResolver(() => ShardWorker, {
    nullable: true,
    description: 'The worker of the source; null: none is registered now.',
  })
  worker(
    @Root() { taskName, sourceId }: ShardParticipant,
    @Ctx() { service: { state } }: RequestContext,
  ): ShardWorker | null {
    const session = state.sessions.get(sourceKey(taskName, sourceId));
    return session === undefined ? null : viewWorker(state, session.record.worker);
  }
}

/** Fields of operations that lead to other objects. */
@Resolver(() => ShardOperation)
export class OperationFields {
  @FieldResolver(() => ShardLock, { nullable: true, description: 'The lock; null: it has ended.' })
  lock(@Root() { lockId }: ShardOperation, @Ctx() { service }: RequestContext): ShardLock | null {
    return viewLock(service.state, lockId);
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
    const names = [...state.sessions.values()].filter(({ task }) => task === name).map(({ record }) => record.worker);
    return [...new Set(names)].sort().flatMap((worker) => viewWorker(state, worker) ?? []);
  }

  @FieldResolver(() => ShardLockConnection, { description: 'Its locks, by their IDs.' })
  locks(
    @Root() { name }: ShardTask,
    @Ctx() { service: { state } }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 50, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<ShardLock | null> {
    const locks = listLocks(state, { task: name, sources: null, mode: null });
    return pageOf(
      locks,
      { first, after: after ?? null },
      (id) => id,
      (id) => viewLock(state, id),
    );
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
    description: 'Its worker in a task; null: none is registered now.',
  })
  worker(
    @Root() { id }: ShardSource,
    @Ctx() { service: { state } }: RequestContext,
    @Arg('task', () => ID, { description: 'The name of the task.' }) task: string,
  ): ShardWorker | null {
    const session = state.sessions.get(sourceKey(parseTaskName(task), id));
    return session === undefined ? null : viewWorker(state, session.record.worker);
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
      { first, after: after ?? null },
      ({ schema, table }) => `${schema}\0${table}`,
      (route) => route,
    );
  }
}
