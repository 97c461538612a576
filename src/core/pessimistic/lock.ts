import { invariant } from '../model/invariant';
import type { LockId } from '../model/lock-id';
import type { DownstreamTable, SourceId, TaskName } from '../model/names';
import type { PessimisticOrder, PessimisticUnlock } from '../model/records';
import type { Revision } from '../model/revision';
import { sameDdls } from './ddl-lists';
import { Participant } from './participant';

/** What a pessimistic lock is from its creation on. */
export interface PessimisticOrigin {
  readonly id: LockId;
  readonly task: TaskName;
  readonly target: DownstreamTable;
  /** The creation revision. */
  readonly incarnation: Revision;
  readonly ddls: readonly string[];
}

/** An info whose DDLs aren't the lock's: it changes nothing, and is visible until its source's next info. */
export interface DdlConflict {
  readonly infoRevision: Revision;
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
 * nobody is told to skip before somebody has executed (or a person forces it).
 */
export class PessimisticLock {
  readonly participants = new Map<SourceId, Participant>();
  readonly conflicts = new Map<SourceId, DdlConflict>();
  /** Whether the set of the task's sources is known to be complete; without that nobody is told to execute. */
  declared = false;
  /** Whether somebody has executed the DDLs downstream. */
  executed = false;
  /** A person's unlock that runs; null: none. */
  unlock: PessimisticUnlock | null = null;
  /** Sources that a person left out of the task: they count as ready and done. */
  excluded: ReadonlySet<SourceId> = new Set();

  /**
   * @param owner the source that executes, unless it was left out or replaced; it is the first that reported, or, where a
   *   lock without a record is rebuilt, the one that was told to execute
   */
  constructor(
    readonly origin: PessimisticOrigin,
    public owner: SourceId,
  ) {}

  /** The participants that weren't left out. */
  get active(): Participant[] {
    return [...this.participants.values()].filter(({ source }) => !this.excluded.has(source));
  }

  /** How many sources haven't reported. */
  get remain(): number {
    return this.active.filter(({ ready }) => !ready).length;
  }

  /** Whether all sources of the task have reported. */
  get synced(): boolean {
    return this.declared && this.remain === 0;
  }

  /** Whether operations are given out: the lock is synced, or a person unlocks it. */
  get moving(): boolean {
    return this.unlock !== null || this.synced;
  }

  /** Whether everybody has done his part, so that the lock can go. A lock in which nobody takes part goes too. */
  get resolved(): boolean {
    const { active } = this;
    if (active.length === 0) return true;
    return this.synced && this.executed && active.every(({ done, isAsking }) => done && !isAsking);
  }

  /**
   * Who executes, or would: the owner, or who replaces it; if that source was left out or broken out without having
   * executed, the first by name that is ready. Null: nobody can yet.
   */
  get executor(): SourceId | null {
    const chosen = this.unlock?.owner ?? this.owner;
    if (this.executed || this.isAble(chosen)) return chosen;
    const ready = this.active
      .filter((participant) => participant.ready && !participant.done)
      .map(({ source }) => source);
    return ready.sort(compareNames)[0] ?? null;
  }

  /** What is to be told now, whether or not it was told already. */
  get dueOrders(): DueOrder[] {
    const { executor, moving } = this;
    const skips = this.executed || this.unlock?.skipAnyway === true;
    return this.active.flatMap((participant): DueOrder[] => {
      const { source, ready, done, isAsking } = participant;
      if (!this.executed && source === executor) return moving && ready && !done ? [{ source, order: 'exec' }] : [];
      const isDue = isAsking || (moving && ready && !done && this.isAddressed(source));
      return skips && isDue ? [{ source, order: 'skip' }] : [];
    });
  }

  /** Whether an info with these DDLs belongs to the lock. */
  matches(ddls: readonly string[]): boolean {
    return sameDdls(this.origin.ddls, ddls);
  }

  /** Add the sources that the lock lacks: not ready, not done. */
  addSources(sources: Iterable<SourceId>): void {
    for (const source of sources) this.participantOf(source);
  }

  /** The part of `source`, made if it has none (deviation P9: whoever reports takes part). */
  participantOf(source: SourceId): Participant {
    let participant = this.participants.get(source);
    if (participant === undefined) {
      participant = new Participant(source);
      this.participants.set(source, participant);
    }
    return participant;
  }

  /** `source` has reported the lock's DDLs. */
  takeInfo(source: SourceId, infoRevision: Revision): void {
    const participant = this.participantOf(source);
    participant.ready = true;
    participant.waiting = true;
    participant.infoRevision = infoRevision;
    this.conflicts.delete(source);
  }

  /** `source` has reported other DDLs: the lock is unchanged, the error is visible. */
  addConflict(source: SourceId, conflict: DdlConflict): void {
    invariant(!this.matches(conflict.ddls), 'a conflict has other DDLs');
    this.conflicts.set(source, conflict);
  }

  /** The info of `source` is gone, or was replaced by one that doesn't belong here. */
  leaveInfo(source: SourceId): void {
    this.conflicts.delete(source);
    const participant = this.participants.get(source);
    if (participant !== undefined) participant.waiting = false;
  }

  /**
   * `source` says that it has carried out this order. It counts only if that is what it was told (deviation P11), also if
   * the lock isn't synced any more (deviation P2). Whether it counted.
   */
  acknowledge(source: SourceId, order: PessimisticOrder): boolean {
    const participant = this.participants.get(source);
    if (participant?.order !== order) return false;
    participant.order = null;
    participant.done = true;
    if (order === 'exec') this.executed = true;
    return true;
  }

  /** A person broke `source` out of its wait with the lock's own DDLs: its part is done. */
  breakOut(source: SourceId, order: PessimisticOrder): void {
    const participant = this.participants.get(source);
    if (participant === undefined) return;
    participant.ready = true;
    participant.done = true;
    participant.order = null;
    if (order === 'exec') this.executed = true;
  }

  private isAble(source: SourceId): boolean {
    return !this.excluded.has(source) && this.participants.get(source)?.done === false;
  }

  private isAddressed(source: SourceId): boolean {
    const only = this.unlock?.sources ?? [];
    return only.length === 0 || only.includes(source);
  }
}

function compareNames(a: SourceId, b: SourceId): number {
  return a < b ? -1 : 1;
}
