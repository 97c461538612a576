import { invariant } from '../model/invariant';
import type { SourceId } from '../model/names';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import { isSamePart, Participant, UNTOLD_PART } from './participant';
import type { PartChange, ToldPart } from './participant';

/**
 * The participants of a lock, with everything that is asked of all of them kept counted: a change of one costs the same
 * among ten and among a hundred thousand.
 */
export class Roster {
  readonly #parts = new Map<SourceId, Participant>();
  /** What was told of the parts that have changed since. */
  readonly #news = new Map<SourceId, ToldPart>();
  readonly #pending = new Set<SourceId>();
  readonly #asking = new Set<SourceId>();
  #excluded: ReadonlySet<SourceId> = new Set();
  #active = 0;
  #ready = 0;
  /** The first by name of `pending`; undefined: not known. */
  #first: SourceId | null | undefined = null;

  /** Every part, those of sources that were left out too. */
  get parts(): ReadonlyMap<SourceId, Readonly<Participant>> {
    return this.#parts;
  }

  /** The parts that differ from their records, with what those tell. */
  get news(): ReadonlyMap<SourceId, ToldPart> {
    return this.#news;
  }

  /** Who has reported and hasn't done his part. */
  get pending(): ReadonlySet<SourceId> {
    return this.#pending;
  }

  /** Who has reported again after his part. */
  get asking(): ReadonlySet<SourceId> {
    return this.#asking;
  }

  /** How many take part, without those that were left out. */
  get active(): number {
    return this.#active;
  }

  /** How many of them have not reported. */
  get remain(): number {
    return this.#active - this.#ready;
  }

  /** Whether anybody has reported, also who was left out since. */
  get hasReporter(): boolean {
    return this.#ready > 0 || [...this.#excluded].some((source) => this.#parts.get(source)?.ready === true);
  }

  /** The first of `pending` by name; null: nobody is. */
  get firstPending(): SourceId | null {
    if (this.#first === undefined) {
      this.#first = null;
      for (const source of this.#pending) if (this.#first === null || source < this.#first) this.#first = source;
    }
    return this.#first;
  }

  /** Sources that a person left out of the task: they count as ready and done. */
  get excluded(): ReadonlySet<SourceId> {
    return this.#excluded;
  }

  set excluded(excluded: ReadonlySet<SourceId>) {
    const changed = new Set([...excluded, ...this.#excluded]);
    const parts = [...changed].flatMap((source) => this.#parts.get(source) ?? []);
    for (const part of parts) this.#uncount(part);
    this.#excluded = excluded;
    for (const part of parts) this.#count(part);
  }

  /** Make a part for `source` that hasn't begun; nothing if it has one. Whether one was made. */
  add(source: SourceId): boolean {
    if (this.#parts.has(source)) return false;
    const part = new Participant(source);
    this.#parts.set(source, part);
    this.#count(part);
    return true;
  }

  /** `source` doesn't take part any more. */
  remove(source: SourceId): void {
    const part = this.#parts.get(source);
    if (part === undefined) return;
    this.#uncount(part);
    this.#parts.delete(source);
    this.#news.delete(source);
  }

  /** Change the part of `source`, which has one. */
  change(source: SourceId, change: PartChange): void {
    const part = this.#partOf(source);
    const told = this.#news.get(source) ?? toldOf(part);
    this.#uncount(part);
    Object.assign(part, change);
    this.#count(part);
    this.#compare(part, told);
  }

  /** The record of `source`, which has a part, is stored at `revision`, 0: is deleted, and tells this. */
  tell(source: SourceId, told: ToldPart, revision: Revision): void {
    const part = this.#partOf(source);
    part.recordRevision = revision;
    this.#compare(part, revision === NO_REVISION ? UNTOLD_PART : told);
  }

  #partOf(source: SourceId): Participant {
    const part = this.#parts.get(source);
    invariant(part !== undefined, 'only a part that is there changes');
    return part;
  }

  #compare(part: Participant, told: ToldPart): void {
    if (isSamePart(part, told)) this.#news.delete(part.source);
    else this.#news.set(part.source, toldOf(told));
  }

  #count(part: Participant): void {
    const { source } = part;
    if (this.#excluded.has(source)) return;
    this.#active += 1;
    if (part.ready) this.#ready += 1;
    if (part.isAsking) this.#asking.add(source);
    if (!part.ready || part.done) return;
    this.#pending.add(source);
    if (this.#first !== undefined && (this.#first === null || source < this.#first)) this.#first = source;
  }

  #uncount(part: Participant): void {
    const { source } = part;
    if (this.#excluded.has(source)) return;
    this.#active -= 1;
    if (part.ready) this.#ready -= 1;
    this.#asking.delete(source);
    if (this.#pending.delete(source) && this.#first === source) this.#first = undefined;
  }
}

/** A copy of what is told, without what else the object has. */
function toldOf({ ready, done, infoRevision, order }: ToldPart): ToldPart {
  return { ready, done, infoRevision, order };
}
