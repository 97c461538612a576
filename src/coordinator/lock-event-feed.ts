import { compareEventCursors, endOfRevision, isOfSameEvents } from '../core/model/event-cursor';
import type { EventCursor } from '../core/model/event-cursor';
import type { PublishedEvent } from '../core/model/published-event';
import type { Revision } from '../core/model/revision';
import type { CoordinatorState } from '../core/state/coordinator-state';
import type { Store } from '../ports/store';
import { EventWindow } from './event-window';
import { JournalReader } from './journal-reader';
import type { EventSlice, LockEventSource } from './service';

/** How many of the newest events stay in memory, if nobody says. */
const RECENT_EVENTS = 10_000;

/**
 * What happened to locks, for everybody who wants to know it. There are no queues: who reads remembers his place and asks
 * for what comes after it, from memory if that is recent, else from the journal. So a slow reader costs nobody anything.
 */
export class LockEventFeed implements LockEventSource {
  /** Null: what isn't in memory is nowhere. */
  readonly #journal: JournalReader | null;
  readonly #listeners = new Set<() => void>();
  /** Where the window begins. */
  #start: EventCursor;
  #window: EventWindow;

  constructor(
    private readonly options: {
      readonly store: Pick<Store, 'revision' | 'range'>;
      readonly state: () => CoordinatorState;
      /** Resolves when the state has seen a revision. */
      readonly caughtUp: (revision: Revision) => Promise<void>;
      /** How many of the newest events stay in memory; 10,000 if absent. */
      readonly recentEvents?: number | undefined;
      /** The ID of a server that only observes: its events stand in no journal, and its cursors carry the ID. */
      readonly observer?: string;
    },
  ) {
    this.#journal = options.observer === undefined ? new JournalReader(options.store, options.state) : null;
    this.#start = this.#newestPlace();
    this.#window = this.#newWindow();
  }

  get head(): EventCursor {
    const { revision } = this.options.state();
    const last = this.#window.last?.cursor ?? this.#start;
    return last.revision < revision ? this.#own({ revision, index: 0 }) : last;
  }

  /** These came back from the store. */
  publish(events: readonly PublishedEvent[]): void {
    this.#window.push(events);
    this.#notify();
  }

  /** The state was built anew: what happened meanwhile stands in the journal only. */
  restart(): void {
    this.#start = this.#newestPlace();
    this.#window = this.#newWindow();
    this.#notify();
  }

  reachesBack(after: EventCursor): boolean {
    if (!isOfSameEvents(after, this.#start)) return false;
    return this.#window.read(after, after, 0) !== null || this.#journal?.reachesBack(after) === true;
  }

  oldest(most: EventCursor): EventCursor {
    const { trimmedThrough } = this.options.state().journal;
    const oldest = this.#journal === null ? this.#window.begin : endOfRevision(trimmedThrough);
    return compareEventCursors(oldest, most) < 0 ? oldest : most;
  }

  recent(after: EventCursor, until: EventCursor, most: number): EventSlice | null {
    return this.#window.read(after, until, most);
  }

  async read(after: EventCursor, until: EventCursor, most: number): Promise<EventSlice | null> {
    return this.#window.read(after, until, most) ?? (await this.#journal?.read(after, until, most)) ?? null;
  }

  async readBack(after: EventCursor, before: EventCursor): Promise<EventSlice> {
    const { begin } = this.#window;
    const behind = { ...begin, index: begin.index + 1 };
    // What is in memory needn't be read.
    if (compareEventCursors(before, behind) > 0) {
      if (compareEventCursors(after, begin) >= 0) return this.#window.readBack(after, before);
      return { ...this.#window.readBack(begin, before), position: behind };
    }
    return (await this.#journal?.readBack(after, before)) ?? this.#window.readBack(after, before);
  }

  async caughtUp(place: EventCursor): Promise<boolean> {
    const { revision } = place;
    if (!isOfSameEvents(place, this.#start)) return false;
    if (revision > this.options.state().revision) {
      if (revision > (await this.options.store.revision())) return false;
      await this.options.caughtUp(revision);
    }
    return true;
  }

  onPublished(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many events the newest record has, the index doesn't know. */
  #newestPlace(): EventCursor {
    const { revision, journal } = this.options.state();
    const hasRecord = journal.between(revision, revision, 1).length > 0;
    return this.#own(hasRecord ? endOfRevision(revision) : { revision, index: 0 });
  }

  #own(place: EventCursor): EventCursor {
    const { observer } = this.options;
    return observer === undefined ? place : { ...place, observer };
  }

  #newWindow(): EventWindow {
    return new EventWindow(this.#start, this.options.recentEvents ?? RECENT_EVENTS);
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
