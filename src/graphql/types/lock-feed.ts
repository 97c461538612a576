import type { EventCursor } from '../../core/model/event-cursor';
import { Field, ObjectType, createUnionType } from '../decorators';
import type { ClassType } from '../decorators';
import { ShardCursor } from '../scalars';
import { PageInfo } from './connection';
import { ShardLock } from './lock';
import { ShardLockEvent } from './lock-event';

/** Locks as they are when a subscription begins. */
@ObjectType({
  description:
    'Some of the locks that match, as they are now. Events that came after `cursor` follow; locks of a later part may show what some of them tell already.',
})
export class ShardLocksSnapshot {
  readonly kind = 'snapshot';

  @Field(() => [ShardLock], { description: 'At most 100 locks.' })
  readonly locks!: readonly ShardLock[];

  @Field(() => Boolean, { description: 'Whether another part of the snapshot follows.' })
  readonly more!: boolean;

  @Field(() => ShardCursor, { description: 'Where to resume; once `more` is false, all locks have been told.' })
  readonly cursor!: EventCursor;
}

/** What happened since the item before. */
@ObjectType({ description: 'What happened since the item before, gathered for at most 50 milliseconds.' })
export class ShardLockEvents {
  readonly kind = 'events';

  @Field(() => [ShardLockEvent], { description: 'The events that match, in order.' })
  readonly events!: readonly ShardLockEvent[];

  @Field(() => ShardCursor, { description: 'Where to resume: everything up to here has been told.' })
  readonly cursor!: EventCursor;
}

/** Events were lost. */
@ObjectType({
  description:
    'Events were lost, because the journal does not reach back to where the subscriber was. A snapshot follows; after three in a minute the subscription ends.',
})
export class ShardLagged {
  readonly kind = 'lagged';

  @Field(() => ShardCursor, { nullable: true, description: 'The last place of which everything was told.' })
  readonly from!: EventCursor | null;

  @Field(() => ShardCursor, { description: 'The place that the snapshot shows.' })
  readonly to!: EventCursor;
}

/** One item of `shardLockEvents`. */
export type LockFeedItem = ShardLocksSnapshot | ShardLockEvents | ShardLagged;

const MEMBERS = {
  snapshot: 'ShardLocksSnapshot',
  events: 'ShardLockEvents',
  lagged: 'ShardLagged',
} as const satisfies Record<LockFeedItem['kind'], string>;

/** The union of the items, for decorators. */
export const ShardLockFeedItem = createUnionType({
  name: 'ShardLockFeedItem',
  description: 'One item of `shardLockEvents`.',
  types: (): readonly ClassType<LockFeedItem>[] => [ShardLocksSnapshot, ShardLockEvents, ShardLagged],
  resolveType: ({ kind }: LockFeedItem) => MEMBERS[kind],
});

/** An event of a page, with its place. */
@ObjectType({ description: 'One event of a page.' })
export class ShardLockEventEdge {
  @Field(() => ShardCursor, { description: 'The place of the event.' })
  readonly cursor!: EventCursor;

  @Field(() => ShardLockEvent, { description: 'The event.' })
  readonly node!: ShardLockEvent;
}

/** A page of events. */
@ObjectType({
  description:
    'A page of events, oldest first. A page may have fewer events than were asked for, or none, although more follow: only so much of the journal is searched at once.',
})
export class ShardLockEventConnection {
  @Field(() => [ShardLockEventEdge], { description: 'The events of the page, with their cursors.' })
  readonly edges!: readonly ShardLockEventEdge[];

  @Field(() => [ShardLockEvent], { description: 'The events of the page.' })
  readonly nodes!: readonly ShardLockEvent[];

  @Field(() => PageInfo, {
    description: 'Where the page lies; its `endCursor` is how far the journal was searched, also if nothing was found.',
  })
  readonly pageInfo!: PageInfo;

  @Field(() => Boolean, {
    description: 'Whether the journal still has everything after `after`; false: older events were trimmed.',
  })
  readonly complete!: boolean;
}
