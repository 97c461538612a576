import { compareEventCursors } from '../core/model/event-cursor';
import type { EventCursor } from '../core/model/event-cursor';
import type { PublishedEvent } from '../core/model/published-event';
import type { EventSlice } from './service';

/** The newest events, in memory: a list of bounded length, oldest first. Nobody who reads it keeps it from going on. */
export class EventWindow {
  #events: PublishedEvent[] = [];
  /** The window has everything after this place. */
  #begin: EventCursor;

  /** @param capacity how many events are kept */
  constructor(
    begin: EventCursor,
    private readonly capacity: number,
  ) {
    this.#begin = begin;
  }

  /** The window has everything after this place. */
  get begin(): EventCursor {
    return this.#begin;
  }

  /** The last event; undefined: there is none. */
  get last(): PublishedEvent | undefined {
    return this.#events.at(-1);
  }

  /** Add what follows; of what is beyond twice the capacity, only the newest stay. */
  push(events: readonly PublishedEvent[]): void {
    this.#events.push(...events);
    if (this.#events.length <= 2 * this.capacity) return;
    this.#begin = this.#events.at(-this.capacity - 1)?.cursor ?? this.#begin;
    this.#events = this.#events.slice(-this.capacity);
  }

  /** At most `most` events after a place, up to and including another; null: the window begins later. */
  read(after: EventCursor, until: EventCursor, most: number): EventSlice | null {
    if (compareEventCursors(after, this.#begin) < 0) return null;
    const start = this.#placeAfter(after);
    const end = Math.min(this.#placeAfter(until), start + most);
    const events = this.#events.slice(start, end);
    return { events, position: sliceEnd(events, most, until) };
  }

  /** All that the window has between two places, both left out. */
  readBack(after: EventCursor, before: EventCursor): EventSlice {
    const events = this.#events.slice(this.#placeAfter(after), this.#placeAfter(before));
    const last = events.at(-1);
    const isReached = last !== undefined && compareEventCursors(last.cursor, before) === 0;
    return { events: isReached ? events.slice(0, -1) : events, position: after };
  }

  /** The first place of the list that is after `cursor`. */
  #placeAfter(cursor: EventCursor): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const event = this.#events[middle];
      if (event !== undefined && compareEventCursors(event.cursor, cursor) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** How far a slice goes: to its end, unless it was cut short. */
export function sliceEnd(events: readonly PublishedEvent[], most: number, until: EventCursor): EventCursor {
  return events.length === most ? (events.at(-1)?.cursor ?? until) : until;
}
