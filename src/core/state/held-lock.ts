import type { SourceId } from '../model/names';
import type { PessimisticLockRecord, PessimisticUnlock } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { PessimisticLock } from '../pessimistic/lock';

/** What decides of all sources of a lock at once whether they are to be told something. */
export interface DueBasis {
  readonly moving: boolean;
  readonly skips: boolean;
  readonly unlock: PessimisticUnlock | null;
  readonly excluded: ReadonlySet<SourceId>;
  readonly executor: SourceId | null;
}

/** A lock and what is known of it beside its machine. */
export class HeldLock {
  /** Its record as it is stored; null: none is. The journal tells what the records say, and no more. */
  told: PessimisticLockRecord | null = null;
  recordRevision: Revision = NO_REVISION;
  /** The revision of the record of its sources; 0: none is stored. */
  sourcesRevision: Revision = NO_REVISION;
  /** Whether it has taken in sources of its task that no record names. */
  hasNewSources = false;
  /** When it last made progress, by its records, or as it was observed; 0: nobody knows. */
  progressAtMs = 0;
  /** When this server, which only observes, saw it being made; null: it didn't. */
  observedAtMs: number | null = null;
  /** Sources whose order is due, isn't stored yet, and can be put. */
  readonly untold = new Set<SourceId>();
  /** Sources whose order is due, and which have the operation of another lock (deviation P6). */
  readonly blocked = new Set<SourceId>();
  /** What `untold` and `blocked` rest on; null: all sources are to be looked at. */
  basis: DueBasis | null = null;

  constructor(readonly lock: PessimisticLock) {}

  /** When it was made, in milliseconds; null: nobody knows. */
  get createdAtMs(): number | null {
    return this.told?.createdAtMs ?? this.observedAtMs;
  }

  /** When it last made progress, in milliseconds; null: nobody knows. */
  get lastProgressMs(): number | null {
    return this.progressAtMs === 0 ? null : this.progressAtMs;
  }
}
