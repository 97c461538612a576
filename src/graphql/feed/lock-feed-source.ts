import type { LockEventSource, CoordinatorService } from '../../coordinator/service';
import { matchesEvent } from '../../core/event/event-filter';
import type { EventFilter } from '../../core/event/event-filter';
import { compareEventCursors } from '../../core/model/event-cursor';
import type { EventCursor } from '../../core/model/event-cursor';
import type { PublishedEvent } from '../../core/model/published-event';
import type { LockFeedItem, ShardLockEvents } from '../types/lock-feed';
import { stoppable } from '../resolvers/stoppable';
import { viewEvent } from '../views/lock-event-view';
import { snapshotLocks } from '../views/lock-snapshot';
import { LagCount } from './lag-count';

/** How many events one item has at most. */
export const EVENTS_AN_ITEM = 200;

/** An item of the feed, and where the subscriber is behind it. */
export interface FeedStep {
  readonly item: LockFeedItem;
  readonly position: EventCursor;
}

/** How long events are gathered for one item, in milliseconds. */
export const GATHER_MS = 50;

/** What one subscription of `shardLockEvents` asks for: the parts that its items are made of, whoever sends them. */
export class LockFeedSource implements AsyncIterable<LockFeedItem> {
  constructor(
    readonly service: Pick<CoordinatorService, 'state' | 'events'>,
    readonly filter: EventFilter,
    /** Where to resume; null: with a snapshot. */
    readonly after: EventCursor | null,
  ) {}

  get events(): LockEventSource {
    return this.service.events;
  }

  /** The items that bring a subscriber from where he was to a place from which events can be read. */
  async *begin(from: EventCursor | null): AsyncGenerator<FeedStep, EventCursor> {
    if (from !== null && (await this.events.caughtUp(from)) && this.events.reachesBack(from)) return from;
    const to = this.events.head;
    const parts = snapshotLocks(this.service, this.filter);
    if (from !== null) yield { item: { kind: 'lagged', from, to }, position: to };
    for (const item of parts) yield { item, position: to };
    return to;
  }

  /** The item of these events; null: none of them is wanted. */
  itemOf(events: readonly PublishedEvent[], cursor: EventCursor): ShardLockEvents | null {
    const wanted = events.filter(({ event }) => matchesEvent(event, this.filter));
    return wanted.length === 0 ? null : { kind: 'events', events: wanted.map(viewEvent), cursor };
  }

  /** The next item between two places, and how far it goes; null: the journal doesn't reach back any more. */
  async next(
    after: EventCursor,
    until: EventCursor,
  ): Promise<{ readonly item: LockFeedItem | null; readonly position: EventCursor } | null> {
    let position = after;
    while (compareEventCursors(position, until) < 0) {
      const slice = await this.events.read(position, until, EVENTS_AN_ITEM);
      if (slice === null) return null;
      position = slice.position;
      const item = this.itemOf(slice.events, position);
      if (item !== null) return { item, position };
    }
    return { item: null, position };
  }

  /** The items for whoever takes them one by one: an executor that shares nothing. */
  [Symbol.asyncIterator](): AsyncIterableIterator<LockFeedItem> {
    return stoppable((signal) => this.#items(signal));
  }

  async *#items(signal: AbortSignal): AsyncGenerator<LockFeedItem> {
    const lags = new LagCount();
    let from = this.after;
    for (;;) {
      let position = from;
      for await (const { item, position: reached } of this.begin(from)) {
        yield item;
        if (item.kind === 'lagged' && lags.isTooMany()) return;
        position = reached;
      }
      from = yield* this.#follow(position ?? this.events.head, signal);
      if (signal.aborted) return;
    }
  }

  /** Events as they come. Returns the last place when what comes after it is lost, or at the end. */
  async *#follow(from: EventCursor, signal: AbortSignal): AsyncGenerator<LockFeedItem, EventCursor> {
    let position = from;
    while (!signal.aborted) {
      const until = this.events.head;
      const next = await this.next(position, until);
      if (next === null) return position;
      position = next.position;
      if (next.item !== null) yield next.item;
      else if (compareEventCursors(position, this.events.head) >= 0) await untilPublished(this.events, signal);
    }
    return position;
  }
}

/** Resolves some time after the next event, so that those that come together are told together; or with `signal`. */
async function untilPublished(events: LockEventSource, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const stop = events.onPublished(() => {
      stop();
      setTimeout(end, GATHER_MS);
    });
    signal.addEventListener('abort', end);
  });
}
