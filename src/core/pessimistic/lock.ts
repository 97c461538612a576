import { invariant } from '../model/invariant';
import type { LockId } from '../model/lock-id';
import type { DownstreamTable, SourceId, TaskName } from '../model/names';
import type { ParticipantRecord, PessimisticOrder, PessimisticUnlock } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import { Conflicts } from './conflicts';
import type { DdlConflict, ToldConflict } from './conflicts';
import { sameDdls } from './ddl-lists';
import { UNTOLD_PART } from './participant';
import type { Participant, ToldPart } from './participant';
import { Roster } from './roster';

/** What a pessimistic lock is from its creation on. */
export interface PessimisticOrigin {
  readonly id: LockId;
  readonly task: TaskName;
  readonly target: DownstreamTable;
  /** The creation revision. */
  readonly incarnation: Revision;
  readonly ddls: readonly string[];
}

/** What is to be told to a source. */
export interface DueOrder {
  readonly source: SourceId;
  readonly order: PessimisticOrder;
}

/**
 * One pessimistic lock (4-pessimistic.md): every source of the task reports the same DDLs, one executes them downstream,
 * then the others skip them.
 *
 * Laws: nobody is told to execute before all have reported (or a person says so), at most one has the order to execute, and
 * nobody is told to skip before somebody has executed (or a person forces it). What a report or an acknowledgement changes
 * is found without looking at the other sources.
 */
export class PessimisticLock {
  /** Whether the set of the task's sources is known to be complete; without that nobody is told to execute. */
  declared = false;
  /** Whether somebody has executed the DDLs downstream. */
  executed = false;
  readonly #roster = new Roster();
  readonly #conflicts = new Conflicts();
  #unlock: PessimisticUnlock | null = null;
  /** The only ones that the unlock tells to skip; null: all. */
  #addressed: ReadonlySet<SourceId> | null = null;
  /** The list of sources that was added last. */
  #added: readonly SourceId[] = [];

  /**
   * @param owner the source that executes, unless it was left out or replaced; it is the first that reported, or, where a
   *   lock without a record is rebuilt, the one that was told to execute
   */
  constructor(
    readonly origin: PessimisticOrigin,
    public owner: SourceId,
  ) {}

  /** Everybody's part, by source. */
  get participants(): ReadonlyMap<SourceId, Readonly<Participant>> {
    return this.#roster.parts;
  }

  /** The parts that differ from their records, with what those tell. */
  get news(): ReadonlyMap<SourceId, ToldPart> {
    return this.#roster.news;
  }

  /** The conflicts that stand, by source. */
  get conflicts(): ReadonlyMap<SourceId, DdlConflict> {
    return this.#conflicts.current;
  }

  /** The last conflict of each source that was told. */
  get toldConflicts(): ReadonlyMap<SourceId, ToldConflict> {
    return this.#conflicts.told;
  }

  /** Sources whose conflict stands and wasn't told. */
  get untoldConflicts(): ReadonlySet<SourceId> {
    return this.#conflicts.untold;
  }

  /** Whether the lock knows anything of a source. */
  names(source: SourceId): boolean {
    return this.participants.has(source) || this.conflicts.has(source) || this.toldConflicts.has(source);
  }

  /** A person's unlock that runs; null: none. */
  get unlock(): PessimisticUnlock | null {
    return this.#unlock;
  }

  set unlock(unlock: PessimisticUnlock | null) {
    this.#unlock = unlock;
    this.#addressed = unlock === null || unlock.sources.length === 0 ? null : new Set(unlock.sources);
  }

  /** Sources that a person left out of the task: they count as ready and done. */
  get excluded(): ReadonlySet<SourceId> {
    return this.#roster.excluded;
  }

  set excluded(excluded: ReadonlySet<SourceId>) {
    this.#roster.excluded = excluded;
  }

  /** The participants that weren't left out; this walks over all. */
  get active(): Readonly<Participant>[] {
    return [...this.participants.values()].filter(({ source }) => !this.excluded.has(source));
  }

  /** How many sources take part that weren't left out. */
  get activeCount(): number {
    return this.#roster.active;
  }

  /** How many sources haven't reported. */
  get remain(): number {
    return this.#roster.remain;
  }

  /** Sources that have something to do: they have reported, and haven't done their part or have reported again. */
  *open(): Generator<SourceId> {
    yield* this.#roster.pending;
    yield* this.#roster.asking;
  }

  /** Whether all sources of the task have reported. */
  get synced(): boolean {
    return this.declared && this.remain === 0;
  }

  /** Whether operations are given out: the lock is synced, or a person unlocks it. */
  get moving(): boolean {
    return this.unlock !== null || this.synced;
  }

  /** Whether sources may be told to skip: somebody has executed, or a person says so. */
  get skips(): boolean {
    return this.executed || this.unlock?.skipAnyway === true;
  }

  /**
   * Whether everybody has done his part, so that the lock can go. A lock in which nobody takes part goes too, and one whose
   * reporters have all left before anything was executed: nobody asks for it.
   */
  get resolved(): boolean {
    if (this.activeCount === 0) return true;
    if (!this.executed && !this.#roster.hasReporter) return true;
    const { pending, asking } = this.#roster;
    return this.synced && this.executed && pending.size === 0 && asking.size === 0;
  }

  /**
   * Who executes, or would: the owner, or who replaces it; if that source was left out or broken out without having
   * executed, the first by name that is ready. Null: nobody can yet.
   */
  get executor(): SourceId | null {
    const chosen = this.unlock?.owner ?? this.owner;
    return this.executed || this.#isAble(chosen) ? chosen : this.#roster.firstPending;
  }

  /** What is to be told now, whether or not it was told already; this walks over all that are open. */
  get dueOrders(): DueOrder[] {
    return [...this.open()].flatMap((source): DueOrder[] => {
      const order = this.orderDueTo(source);
      return order === null ? [] : [{ source, order }];
    });
  }

  /** What is to be told to `source` now, whether or not it was told already; null: nothing. */
  orderDueTo(source: SourceId): PessimisticOrder | null {
    const participant = this.participants.get(source);
    if (participant === undefined || this.excluded.has(source) || this.unlock?.removes === true) return null;
    const { ready, done, isAsking } = participant;
    const isNext = this.moving && ready && !done;
    if (!this.executed && source === this.executor) return isNext ? 'exec' : null;
    const isDue = isAsking || (isNext && this.#addressed?.has(source) !== false);
    return this.skips && isDue ? 'skip' : null;
  }

  /** Whether an info with these DDLs belongs to the lock. */
  matches(ddls: readonly string[]): boolean {
    return sameDdls(this.origin.ddls, ddls);
  }

  /** Add the sources that the lock lacks: not ready, not done. Whether there were any. The same list again costs nothing. */
  addSources(sources: readonly SourceId[]): boolean {
    if (sources === this.#added) return false;
    this.#added = sources;
    return sources.reduce((hasNew, source) => this.#roster.add(source) || hasNew, false);
  }

  /** `source` doesn't take part any more: all that is stored of it is removed. */
  removeSource(source: SourceId): void {
    this.#roster.remove(source);
    this.#conflicts.end(source);
    this.#added = [];
  }

  /** `source` has reported the lock's DDLs; whoever reports takes part (deviation P9). */
  takeInfo(source: SourceId, infoRevision: Revision): void {
    this.#roster.add(source);
    this.#roster.change(source, { ready: true, waiting: true, infoRevision });
    this.#conflicts.end(source);
  }

  /** The info of `source` that was taken is stored still. */
  resumeWaiting(source: SourceId): void {
    this.#roster.change(source, { waiting: true });
  }

  /** `source` has reported other DDLs: the lock is unchanged, the error is visible. */
  addConflict(source: SourceId, conflict: DdlConflict): void {
    invariant(!this.matches(conflict.ddls), 'a conflict has other DDLs');
    this.#conflicts.add(source, conflict);
  }

  /** The conflict of `source` is over, or taken care of. */
  endConflict(source: SourceId): void {
    this.#conflicts.end(source);
  }

  /** The info of `source` is gone, or was replaced by one that doesn't belong here. */
  leaveInfo(source: SourceId): void {
    this.#conflicts.end(source);
    if (this.participants.has(source)) this.#roster.change(source, { waiting: false });
  }

  /** `source` holds this order from now on, which was put at `orderRevision`. */
  takeOrder(source: SourceId, order: PessimisticOrder, orderRevision: Revision): void {
    if (this.participants.has(source)) this.#roster.change(source, { order, orderRevision });
  }

  /** `source` holds no order any more. */
  withdrawOrder(source: SourceId): void {
    if (this.participants.has(source)) this.#roster.change(source, { order: null });
  }

  /**
   * `source` says that it has carried out this order. It counts only if that is what it was told (deviation P11), also if
   * the lock isn't synced any more (deviation P2). Whether it counted.
   */
  acknowledge(source: SourceId, order: PessimisticOrder): boolean {
    if (this.participants.get(source)?.order !== order) return false;
    this.#roster.change(source, { order: null, done: true });
    if (order === 'exec') this.executed = true;
    return true;
  }

  /** A person broke `source` out of its wait with the lock's own DDLs: its part is done. */
  breakOut(source: SourceId, order: PessimisticOrder): void {
    if (!this.participants.has(source)) return;
    this.#roster.change(source, { ready: true, done: true, order: null });
    if (order === 'exec') this.executed = true;
  }

  /** The stored operation of `source`, which takes part, is all that is known of it: DM writes no records. */
  adoptOperation(source: SourceId, part: Pick<Participant, 'done' | 'order' | 'orderRevision'>): void {
    if (this.participants.has(source)) this.#roster.change(source, part);
  }

  /** Everybody counts as having reported: an operation of a lock without a record says that it was synced. */
  adoptSynced(): void {
    this.declared = true;
    for (const source of this.participants.keys()) this.#roster.change(source, { ready: true });
  }

  /**
   * The record of `source` is stored at `revision`. What it says beyond what is known here counts too: who rebuilt the lock
   * from what DM had stored may have concluded more.
   */
  takeRecord(source: SourceId, record: ParticipantRecord, revision: Revision): void {
    this.#roster.add(source);
    const part = this.participants.get(source);
    const orderRevision = record.orderRevision ?? revision;
    if (part !== undefined && isBehind(part, record, orderRevision)) {
      this.#roster.change(source, {
        ready: part.ready || record.ready,
        done: part.done || record.done,
        infoRevision: latest(part.infoRevision, record.infoRevision),
        orderRevision: latest(part.orderRevision, orderRevision),
      });
    }
    this.#roster.tell(source, record, revision);
  }

  /** The record of `source` is deleted. */
  loseRecord(source: SourceId): void {
    if (this.participants.has(source)) this.#roster.tell(source, UNTOLD_PART, NO_REVISION);
  }

  /** What is stored of the last told conflict of `source`; null: nothing. */
  tellConflict(source: SourceId, told: ToldConflict | null): void {
    this.#conflicts.tell(source, told);
  }

  #isAble(source: SourceId): boolean {
    return !this.excluded.has(source) && this.participants.get(source)?.done === false;
  }
}

function isBehind(part: Readonly<Participant>, record: ParticipantRecord, orderRevision: Revision): boolean {
  return (
    (record.ready && !part.ready) ||
    (record.done && !part.done) ||
    record.infoRevision > part.infoRevision ||
    orderRevision > part.orderRevision
  );
}

function latest(a: Revision, b: Revision): Revision {
  return a > b ? a : b;
}
