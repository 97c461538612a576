import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LockEventSource } from '../../coordinator/service';
import type { FeedGroup } from './feed-group';
import { GATHER_MS } from './lock-feed-source';

/** How long groups are served before others get their turn on this thread, in milliseconds. */
const TURN_MS = 5;

/**
 * Serves all groups: some time after an event each of them is told what came meanwhile. When that takes long, more
 * gathers and is told at once, so under load there are fewer and larger items.
 */
export class FeedPump {
  readonly #groups = new Map<string, { readonly group: FeedGroup; members: number }>();
  #timer: NodeJS.Timeout | null = null;
  #isServing = false;
  #isDue = false;
  #stop: (() => void) | null = null;

  /** @param onDefect told of what serving throws */
  constructor(private readonly onDefect: (error: unknown) => void) {}

  /** The group of a key, with one member more; `release` takes it back. */
  acquire(key: string, events: LockEventSource, make: () => FeedGroup): FeedGroup {
    this.#stop ??= events.onPublished(() => this.#schedule());
    const held = this.#groups.get(key) ?? { group: make(), members: 0 };
    this.#groups.set(key, held);
    held.members += 1;
    return held.group;
  }

  /** A member of the key's group has gone; a group without members goes as well. */
  release(key: string): void {
    const held = this.#groups.get(key);
    if (held === undefined) return;
    held.members -= 1;
    if (held.members > 0) return;
    this.#groups.delete(key);
    if (this.#groups.size > 0) return;
    this.#stop?.();
    this.#stop = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    this.#isDue = true;
    if (this.#timer !== null || this.#isServing) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#serve().catch(this.onDefect);
    }, GATHER_MS);
  }

  #scheduleIfDue(): void {
    if (this.#isDue) this.#schedule();
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    this.#isDue = false;
    let sinceMs = performance.now();
    for (const { group } of [...this.#groups.values()]) {
      group.advance();
      if (performance.now() - sinceMs < TURN_MS) continue;
      await nextTurn();
      sinceMs = performance.now();
    }
    this.#isServing = false;
    this.#scheduleIfDue();
  }
}
