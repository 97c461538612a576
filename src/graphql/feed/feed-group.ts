import { compareEventCursors } from '../../core/model/event-cursor';
import type { EventCursor } from '../../core/model/event-cursor';
import type { LockFeedItem } from '../types/lock-feed';
import { EVENTS_AN_ITEM } from './lock-feed-source';
import type { LockFeedSource } from './lock-feed-source';
import type { FeedMember } from './feed-member';
import type { SharedPayload } from './shared-payload';

/** Executes the subscribers' document for an item. */
export type ExecuteItem = (item: LockFeedItem) => SharedPayload | Promise<SharedPayload>;

/**
 * Subscribers of the same document, variables and role: what is executed and encoded for one of them is so for all. The
 * group has one place in the events; whoever isn't there yet, or any more, comes after by himself.
 */
export class FeedGroup {
  readonly #live = new Set<FeedMember>();
  /** Members that are further than the group, and where: the group stops there to take them in. */
  #ahead: readonly { readonly member: FeedMember; readonly at: EventCursor }[] = [];
  #position: EventCursor;
  #isExecuting = false;

  constructor(
    readonly source: LockFeedSource,
    readonly execute: ExecuteItem,
  ) {
    this.#position = source.events.head;
  }

  /** Everything up to here has been told to those who are with the group. */
  get position(): EventCursor {
    return this.#position;
  }

  /** Take in a member that has been told everything up to `at`, which is not before the group's own place. */
  join(member: FeedMember, at: EventCursor): void {
    if (compareEventCursors(at, this.#position) === 0 && !this.#isExecuting) this.#live.add(member);
    else this.#ahead = [...this.#ahead, { member, at }];
  }

  /** Forget a member. */
  leave(member: FeedMember): void {
    this.#live.delete(member);
    this.#ahead = this.#ahead.filter((each) => each.member !== member);
  }

  /** Tell what has happened since. */
  advance(): void {
    try {
      while (!this.#isExecuting && compareEventCursors(this.#position, this.source.events.head) < 0) this.#step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #step(): void {
    const until = this.#nextStop();
    if (this.#live.size === 0) {
      this.#moveTo(until);
      return;
    }
    const slice = this.source.events.recent(this.#position, until, EVENTS_AN_ITEM);
    if (slice === null) {
      this.#leaveBehind([...this.#live], until);
      return;
    }
    const item = this.source.itemOf(slice.events, slice.position);
    if (item === null) {
      this.#moveTo(slice.position);
      return;
    }
    const payload = this.execute(item);
    if (payload instanceof Promise) this.#deliverLater(payload, slice.position);
    else this.#deliver(payload, slice.position);
  }

  /** Where the next member is to be taken in, else the newest place. */
  #nextStop(): EventCursor {
    return this.#ahead
      .map(({ at }) => at)
      .filter((at) => compareEventCursors(at, this.#position) > 0)
      .reduce((first, at) => (compareEventCursors(at, first) < 0 ? at : first), this.source.events.head);
  }

  #deliver(payload: SharedPayload, position: EventCursor): void {
    this.#leaveBehind(
      [...this.#live].filter((member) => !member.take(payload)),
      position,
    );
  }

  /** A document that waits for something holds up nobody but those who sent it. */
  #deliverLater(payload: Promise<SharedPayload>, position: EventCursor): void {
    this.#isExecuting = true;
    payload.then(
      (done) => {
        this.#isExecuting = false;
        this.#deliver(done, position);
        this.advance();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** A defect ends the subscriptions that met it, and no others. */
  #fail(error: unknown): void {
    for (const member of [...this.#live, ...this.#ahead.map((each) => each.member)]) member.end(error);
  }

  /** Move on without some members. They come after at once, so the group must have moved by then. */
  #leaveBehind(members: readonly FeedMember[], position: EventCursor): void {
    const from = this.#position;
    for (const member of members) this.#live.delete(member);
    this.#moveTo(position);
    for (const member of members) member.fallBehind(from);
  }

  #moveTo(position: EventCursor): void {
    this.#position = position;
    for (const { member, at } of this.#ahead) if (compareEventCursors(at, position) <= 0) this.#live.add(member);
    this.#ahead = this.#ahead.filter(({ at }) => compareEventCursors(at, position) > 0);
  }
}
