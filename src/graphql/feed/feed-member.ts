import { setImmediate as othersTurn } from 'node:timers/promises';
import { compareEventCursors } from '../../core/model/event-cursor';
import type { EventCursor } from '../../core/model/event-cursor';
import type { Metrics } from '../../ports/metrics';
import type { EndTurn } from '../limits/heavy-turns';
import type { LockFeedItem } from '../types/lock-feed';
import type { FeedGroup } from './feed-group';
import type { FeedLimits, FeedSink } from './feed-sink';
import { LagCount } from './lag-count';
import type { SharedPayload } from './shared-payload';

/** What subscribers are told by. */
export interface FeedMemberOptions {
  readonly limits: FeedLimits;
  readonly metrics: Metrics;
  /** Resolved when it is his turn to be told something that is made for him alone. */
  readonly takeTurn: () => Promise<EndTurn>;
}

/**
 * One subscriber of a group. It begins alone: with a snapshot, or with what it missed since its cursor; when it is where
 * the group is, it takes what the group takes. When its connection is full it stays where it is, and comes after alone.
 */
export class FeedMember {
  readonly #lags = new LagCount();
  #hasEnded = false;

  /** @param onEnd called once, with what went wrong here; null: nothing did */
  constructor(
    private readonly group: FeedGroup,
    private readonly sink: FeedSink,
    private readonly options: FeedMemberOptions,
    private readonly onEnd: (defect: unknown) => void,
  ) {}

  /** Begin. @param after where to resume; null: with a snapshot */
  start(after: EventCursor | null): void {
    this.#goOn(async () => {
      const position = await this.#begin(after);
      if (position !== null) await this.#comeAfter(position);
    });
  }

  /** Take what the group got. Whether it did: a connection that is full takes nothing. */
  take(payload: SharedPayload): boolean {
    if (this.sink.bufferedBytes >= this.options.limits.bufferedBytes) return false;
    this.sink.send(payload);
    return true;
  }

  /** It was left behind here by the group. */
  fallBehind(position: EventCursor): void {
    this.#goOn(() => this.#comeAfter(position));
  }

  /** The subscription ended. */
  end(defect: unknown = null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.group.leave(this);
    this.onEnd(defect);
  }

  #goOn(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.end(error));
  }

  /** Alone until it is where the group is. */
  async #comeAfter(from: EventCursor): Promise<void> {
    let position: EventCursor | null = from;
    while (position !== null && !this.#hasEnded) {
      const target = this.group.position;
      if (compareEventCursors(position, target) >= 0) {
        this.group.join(this, position);
        return;
      }
      if (!(await this.#hasRoom())) return;
      const next = await this.group.source.next(position, target);
      if (next?.item != null) await this.#tell(next.item);
      position = next === null ? await this.#begin(position) : next.position;
    }
  }

  /** Tell what a subscriber from here must know first; where it is then. Null: it has ended. */
  async #begin(from: EventCursor | null): Promise<EventCursor | null> {
    let position = from;
    for await (const step of this.group.source.begin(from)) {
      if (!(await this.#tell(step.item))) return null;
      if (step.item.kind === 'lagged') this.options.metrics.lostEvents();
      if (step.item.kind === 'lagged' && this.#lags.isTooMany()) {
        this.options.metrics.cutSubscriber();
        this.sink.endAsTooSlow();
        this.end();
        return null;
      }
      position = step.position;
    }
    return position;
  }

  /** Whether it could be told. What is made for one alone is made in its turn, and only when there is room for it. */
  async #tell(item: LockFeedItem): Promise<boolean> {
    while (await this.#hasRoom()) {
      const endTurn = await this.options.takeTurn();
      try {
        // Another subscription of the same connection may have filled it meanwhile.
        if (this.#isFull()) continue;
        this.sink.send(await this.group.execute(item));
        return true;
      } finally {
        endTurn();
      }
    }
    return false;
  }

  #isFull(): boolean {
    return this.sink.bufferedBytes >= this.options.limits.bufferedBytes / 2;
  }

  /** Wait for room; one that makes none for too long is cut. */
  async #hasRoom(): Promise<boolean> {
    while (this.#isFull() && !this.#hasEnded) {
      const timer = setTimeout(() => {
        this.options.metrics.cutSubscriber();
        this.sink.cut();
        this.end();
      }, this.options.limits.stalledMs);
      await this.sink.drained();
      clearTimeout(timer);
      // A connection that is gone makes no room, and that it is gone comes in another turn of the event loop.
      if (this.#isFull()) await othersTurn();
    }
    return !this.#hasEnded;
  }
}
