import type { EventCursor } from '../../core/model/event-cursor';
import { EVERY_EVENT } from '../../core/event/event-filter';
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from '../decorators';
import { ShardLockEventFilter, parseEventFilter } from '../inputs/event-filter-input';
import type { RequestContext } from '../request-context';
import { ShardCursor } from '../scalars';
import { ShardLock } from '../types/lock';
import { ShardLockEventConnection } from '../types/lock-feed';
import { pageOfEvents } from '../views/event-page';

const FIRST = 'At most this many events, the oldest ones; up to 1,000, 50 if neither this nor `last` is given.';
const LAST = 'Instead of `first`: at most this many events, the newest ones.';
const AFTER = 'Only events behind this place.';

/** The journal. */
@Resolver()
export class EventQueries {
  @Query(() => ShardLockEventConnection, { description: 'The journal: what happened to locks, oldest first.' })
  async shardEvents(
    @Ctx() { service }: RequestContext,
    @Arg('filter', () => ShardLockEventFilter, { nullable: true, description: 'Which events; none: all.' })
    filter: ShardLockEventFilter | null,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first: number | null,
    @Arg('last', () => Int, { nullable: true, description: LAST }) last: number | null,
    @Arg('after', () => ShardCursor, { nullable: true, description: AFTER }) after: EventCursor | null,
  ): Promise<ShardLockEventConnection> {
    return await pageOfEvents(service.events, parseEventFilter(filter), {
      first: first ?? null,
      last: last ?? null,
      after: after ?? null,
    });
  }
}

/** What happened to a lock. */
@Resolver(() => ShardLock)
export class LockEventFields {
  @FieldResolver(() => ShardLockEventConnection, {
    description: 'What happened to this lock, oldest first; not to earlier ones of the same ID.',
  })
  async events(
    @Root() { id, incarnation }: ShardLock,
    @Ctx() { service }: RequestContext,
    @Arg('first', () => Int, { nullable: true, description: FIRST }) first: number | null,
    @Arg('last', () => Int, { nullable: true, description: LAST }) last: number | null,
    @Arg('after', () => ShardCursor, { nullable: true, description: AFTER }) after: EventCursor | null,
  ): Promise<ShardLockEventConnection> {
    // Nothing was told of it before the report that created it, and nothing of one that is only forming.
    const { head } = service.events;
    const created = incarnation === null ? head : { ...head, revision: incarnation, index: 0 };
    return await pageOfEvents(
      service.events,
      { ...EVERY_EVENT, lockIds: new Set([id]), incarnation },
      { first: first ?? null, last: last ?? null, after: after ?? created },
    );
  }
}
