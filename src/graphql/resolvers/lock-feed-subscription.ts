import type { EventCursor } from '../../core/model/event-cursor';
import { Arg, Resolver, Root, Subscription } from '../decorators';
import { LockFeedSource } from '../feed/lock-feed-source';
import { ShardLockEventFilter, parseEventFilter } from '../inputs/event-filter-input';
import type { RequestContext } from '../request-context';
import { ShardCursor } from '../scalars';
import { ShardLockFeedItem } from '../types/lock-feed';
import type { LockFeedItem } from '../types/lock-feed';

interface FeedArguments {
  readonly filter?: ShardLockEventFilter | null;
  readonly after?: EventCursor | null;
}

/** What happens to locks, as it happens. */
@Resolver()
export class LockFeedSubscription {
  @Subscription(() => ShardLockFeedItem, {
    description:
      'What happens to locks, as it happens: first the locks that match, then events. With `after` it goes on from there, ' +
      'without loss or repetition, while the journal reaches back; otherwise with `ShardLagged` and a snapshot.',
    subscribe: ({ args, context }: { args: FeedArguments; context: RequestContext }) =>
      new LockFeedSource(context.service, parseEventFilter(args.filter), args.after ?? null),
  })
  shardLockEvents(
    @Arg('filter', () => ShardLockEventFilter, { nullable: true, description: 'Which locks and events; none: all.' })
    _filter: ShardLockEventFilter | null,
    @Arg('after', () => ShardCursor, { nullable: true, description: 'The `cursor` of the last item that was taken.' })
    _after: EventCursor | null,
    @Root() item: LockFeedItem,
  ): LockFeedItem {
    return item;
  }
}
