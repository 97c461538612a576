import { LockstepError } from '../core/model/error';
import { NO_REVISION } from '../core/model/revision';
import type { Revision } from '../core/model/revision';
import type { StoreUsage } from '../core/model/store';
import type { Clock, StopTimer } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { Store, StoreUpkeep } from '../ports/store';

/** What may be forgotten. */
export interface Compactable {
  /** The last revision. */
  readonly revision: Revision;
  /** Where a server that starts begins to read; 0: nowhere. */
  readonly settled: Revision;
}

/** How the past is forgotten. */
export interface Compaction {
  /** What this server may make the store forget now; null: nothing, it isn't this server's business. */
  readonly compactable: () => Promise<Compactable | null>;
  readonly compact: StoreUpkeep['compact'];
}

/** What caring for a store needs. */
export interface StoreCareOptions {
  readonly upkeep: Pick<StoreUpkeep, 'usage'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: this server only looks. */
  readonly compaction?: Compaction;
}

/** How often the store is asked how full it is, in milliseconds. */
const USAGE_MS = 60_000;

/** How often the past is forgotten, in milliseconds. */
const COMPACT_MS = 60 * 60_000;

/** Asks a store that doesn't look after itself how full it is, and has it forget what is long past. */
export class StoreCare {
  #usage: StoreUsage | null = null;
  readonly #stops: [StopTimer, StopTimer] = [() => undefined, () => undefined];
  #stopped = false;
  /** The last revision of an hour ago; 0: it isn't known. */
  #anHourAgo = NO_REVISION;
  #compacted = NO_REVISION;

  constructor(private readonly options: StoreCareOptions) {
    this.#every(0, USAGE_MS, () => this.#ask());
    const { compaction } = options;
    if (compaction !== undefined) this.#every(1, COMPACT_MS, () => this.#compact(compaction));
    void this.#attempt(() => this.#ask());
  }

  /** Of a store, if it doesn't look after itself. */
  static of(
    { store, clock, logger }: { readonly store: Store; readonly clock: Clock; readonly logger: Logger },
    compactable: Compaction['compactable'],
  ): StoreCare | null {
    const { upkeep } = store;
    if (upkeep === undefined) return null;
    return new StoreCare({ clock, logger, upkeep, compaction: { compactable, compact: (at) => upkeep.compact(at) } });
  }

  /** How full the store was when it was asked last; null: it hasn't answered yet. */
  get usage(): StoreUsage | null {
    return this.#usage;
  }

  stop(): void {
    this.#stopped = true;
    for (const stop of this.#stops) stop();
  }

  async #ask(): Promise<void> {
    this.#usage = await this.options.upkeep.usage();
  }

  /** Forget what was an hour ago, but never what a server that starts would read. */
  async #compact({ compactable, compact }: Compaction): Promise<void> {
    const now = await compactable();
    const anHourAgo = this.#anHourAgo;
    this.#anHourAgo = now?.revision ?? NO_REVISION;
    if (now === null) return;
    const before = now.settled < anHourAgo ? now.settled : anHourAgo;
    if (before <= this.#compacted) return;
    await compact(before);
    this.#compacted = before;
    this.options.logger.info({ revision: before }, 'the store has forgotten what was before');
  }

  #every(index: 0 | 1, periodMs: number, work: () => Promise<void>): void {
    this.#stops[index] = this.options.clock.after(periodMs, () => {
      void this.#attempt(work).then(() => {
        if (!this.#stopped) this.#every(index, periodMs, work);
      });
    });
  }

  /** What fails is tried again the next time. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      this.options.logger.warn({ code: error.code }, `the store can't be cared for: ${error.message}`);
    }
  }
}
