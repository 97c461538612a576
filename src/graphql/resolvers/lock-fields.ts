import { remediesOfLock, waitReasonsOfLock } from '../../core/diagnosis/diagnose';
import { workerOf } from '../../core/diagnosis/worker-of';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from '../decorators';
import { ShardParticipantFilter, parseParticipantFilter } from '../inputs/read-inputs';
import { parseWithin } from '../inputs/parse-input';
import type { RequestContext } from '../request-context';
import { ShardParticipantConnection } from '../types/connections';
import { ShardRemedy, ShardWaitReason } from '../types/diagnosis';
import { ShardLock, ShardParticipant } from '../types/lock';
import { ShardSource, ShardTask } from '../types/task';
import { ShardWorker } from '../types/worker';
import { viewParticipants } from '../views/lock-view';
import { LARGEST_PAGE, pageOf } from '../views/page';
import type { Page } from '../views/page';
import { viewTask } from '../views/task-view';
import { viewWorkerOf } from '../views/worker-view';
import { AFTER, FIRST } from './page-arguments';

/** Fields of locks that lead to other objects, and what walks over a lock's tables. */
@Resolver(() => ShardLock)
export class LockFields {
  @FieldResolver(() => ShardTask, { description: 'The task.' })
  task(@Root() lock: ShardLock, @Ctx() { service }: RequestContext): ShardTask {
    return viewTask(service.state, lock.taskName);
  }

  @FieldResolver(() => String, { description: 'The schema (database) of the downstream table, as a part of a key.' })
  downSchema(@Root() { target }: ShardLock): string {
    return target.schema;
  }

  @FieldResolver(() => String, { description: 'The name of the downstream table, as a part of a key.' })
  downTable(@Root() { target }: ShardLock): string {
    return target.table;
  }

  @FieldResolver(() => ShardSource, { nullable: true, description: 'The owner, as `ownerId` names it.' })
  owner(@Root() { ownerId }: ShardLock): ShardSource | null {
    return ownerId === null ? null : { id: ownerId };
  }

  @FieldResolver(() => ShardParticipantConnection, { description: 'The sources or upstream tables of the lock.' })
  participants(
    @Root() lock: ShardLock,
    @Ctx() { service }: RequestContext,
    @Arg('filter', () => ShardParticipantFilter, { nullable: true, description: 'Which of them; none: all.' })
    filter: ShardParticipantFilter | null,
    @Arg('first', () => Int, { defaultValue: 100, description: FIRST }) first: number,
    @Arg('after', () => String, { nullable: true, description: AFTER }) after: string | null,
  ): Page<ShardParticipant> {
    return pageOf(
      viewParticipants(service.state, lock.id, parseParticipantFilter(filter ?? null)),
      { list: 'participants', first, after: after ?? null },
      ({ key }) => key,
      ({ view }) => view(),
    );
  }

  @FieldResolver(() => [ShardWaitReason], {
    description: 'What it waits for, one by one; empty: only for the coordinator itself.',
  })
  waitingFor(
    @Root() { id, taskName }: ShardLock,
    @Ctx() { service }: RequestContext,
    @Arg('first', () => Int, { defaultValue: 100, description: FIRST }) first: number,
  ): ShardWaitReason[] {
    const most = parseWithin('first', first, 0, LARGEST_PAGE);
    return waitReasonsOfLock(service.state, id, most).map(({ kind, sentence, source, table, sinceMs }) => ({
      taskName,
      kind,
      sentence,
      sourceId: source,
      upstreamTable: table,
      since: sinceMs === null ? null : new Date(sinceMs),
    }));
  }

  @FieldResolver(() => [ShardRemedy], {
    description:
      'What a person could do, if automation is not enough. Of many tables, or sources, the first ten have remedies.',
  })
  remedies(@Root() { id }: ShardLock, @Ctx() { service }: RequestContext): ShardRemedy[] {
    return remediesOfLock(service.state, id);
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
    description:
      'The worker of the source: the one that is registered now, else the last that was; null: nobody knows of one.',
  })
  worker(
    @Root() { taskName, sourceId }: ShardParticipant,
    @Ctx() { service: { state } }: RequestContext,
  ): ShardWorker | null {
    return viewWorkerOf(state, taskName, sourceId);
  }
}

/** Fields of wait reasons that lead to other objects. */
@Resolver(() => ShardWaitReason)
export class WaitReasonFields {
  @FieldResolver(() => ShardWorker, {
    nullable: true,
    description: 'The worker of the source, as participants have it; null also if it is no source that is waited for.',
  })
  worker(
    @Root() { taskName, sourceId }: ShardWaitReason,
    @Ctx() { service: { state } }: RequestContext,
  ): ShardWorker | null {
    return sourceId === null ? null : viewWorkerOf(state, taskName, sourceId);
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      'Whether that worker is registered now, or as one of DM is alive. Null: it is no source that is waited for, or DM has bound no worker to it.',
  })
  workerOnline(
    @Root() { taskName, sourceId }: ShardWaitReason,
    @Ctx() { service: { state } }: RequestContext,
  ): boolean | null {
    if (sourceId === null) return null;
    const { kind } = workerOf(state, taskName, sourceId);
    return kind === 'dm' ? null : kind === 'online';
  }
}
