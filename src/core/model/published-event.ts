import type { EventCursor } from './event-cursor';
import type { LockEvent } from './lock-event';

/** An event as the journal told it: from the record that came back from the store, so it is the same on every server. */
export interface PublishedEvent {
  readonly cursor: EventCursor;
  /** When the leader wrote it, in milliseconds since 1970. */
  readonly atMs: number;
  readonly event: LockEvent;
}
