import type { SourceId } from '../model/names';
import type { Revision } from '../model/revision';

/** An info whose DDLs aren't the lock's: it changes nothing, and is visible until its source's next info. */
export interface DdlConflict {
  readonly infoRevision: Revision;
  readonly ddls: readonly string[];
}

/** What the stored record of a source's last told conflict says. */
export interface ToldConflict {
  readonly infoRevision: Revision;
  /** The revision of the record itself. */
  readonly recordRevision: Revision;
}

/** The infos with other DDLs than their lock's, and of which of them the journal tells. */
export class Conflicts {
  readonly #current = new Map<SourceId, DdlConflict>();
  readonly #told = new Map<SourceId, ToldConflict>();
  readonly #untold = new Set<SourceId>();

  /** The conflicts that stand. */
  get current(): ReadonlyMap<SourceId, DdlConflict> {
    return this.#current;
  }

  /** The last conflict of each source that was told; it may be over. */
  get told(): ReadonlyMap<SourceId, ToldConflict> {
    return this.#told;
  }

  /** Sources whose conflict stands and wasn't told. */
  get untold(): ReadonlySet<SourceId> {
    return this.#untold;
  }

  /** `source` has reported other DDLs. */
  add(source: SourceId, conflict: DdlConflict): void {
    this.#current.set(source, conflict);
    this.#compare(source);
  }

  /** The conflict of `source` is over. */
  end(source: SourceId): void {
    this.#current.delete(source);
    this.#untold.delete(source);
  }

  /** What is stored of the conflicts of `source` from now on; null: nothing. */
  tell(source: SourceId, told: ToldConflict | null): void {
    if (told === null) this.#told.delete(source);
    else this.#told.set(source, told);
    this.#compare(source);
  }

  #compare(source: SourceId): void {
    const conflict = this.#current.get(source);
    if (conflict === undefined || conflict.infoRevision === this.#told.get(source)?.infoRevision)
      this.#untold.delete(source);
    else this.#untold.add(source);
  }
}
