import type { SharedPayload } from './shared-payload';

/** The way to one subscriber: a subscription on a WebSocket, or a stream of server-sent events. */
export interface FeedSink {
  /** What waits to be sent on its connection, in bytes. */
  readonly bufferedBytes: number;
  /** Send a result; nothing happens if the connection is gone. */
  send(payload: SharedPayload): void;
  /** Resolves when there is room again, or the connection is gone. */
  drained(): Promise<void>;
  /** End the connection without a word: nobody reads it. */
  cut(): void;
  /** End the connection and say that the subscriber lost events too often. */
  endAsTooSlow(): void;
}

/** How much patience there is with slow subscribers. */
export interface FeedLimits {
  /** Beyond this, nothing more is sent until there is room, in bytes. */
  readonly bufferedBytes: number;
  /** A connection on which nothing moves for so long is cut, in milliseconds. */
  readonly stalledMs: number;
}

/** What holds if nobody says otherwise. */
export const FEED_LIMITS: FeedLimits = { bufferedBytes: 262_144, stalledMs: 60_000 };
