import type { LockId } from '../model/lock-id';
import type { TaskName } from '../model/names';
import type { Revision } from '../model/revision';
import { NO_REVISION } from '../model/revision';
import type { SourceKey, TableKey } from '../model/table-key';

/**
 * Something that the state says is still to be written. It stands in the outbox of every server from the change that
 * asks for it until the change that fulfils it comes back; only the leader writes.
 */
export type Obligation =
  /** Record an optimistic lock that was created. */
  | { readonly kind: 'record-lock'; readonly lockId: LockId }
  /** Record that an optimistic lock became synced, and journal it; or that it isn't any more. */
  | { readonly kind: 'tell-synced'; readonly lockId: LockId }
  /** Answer the info of a table with its decision. */
  | { readonly kind: 'answer'; readonly table: TableKey }
  /** Tell a table whose conflict is over to go back. */
  | { readonly kind: 'redirect'; readonly table: TableKey }
  /** Record that a table has carried out its operation, and move its dropped columns. */
  | { readonly kind: 'record-done'; readonly table: TableKey }
  /** Record that a table joined a lock. */
  | { readonly kind: 'record-member'; readonly table: TableKey }
  /** Record a table's schema as its downstream has it. */
  | { readonly kind: 'know-schema'; readonly table: TableKey }
  /** Record whether schemas of a task's tables are read from its downstream. */
  | { readonly kind: 'record-downstream'; readonly task: TaskName }
  /** Delete the marks on a column of which a table that isn't in the lock any more completed the drop. */
  | { readonly kind: 'forget-column'; readonly lockId: LockId; readonly column: string }
  /** Delete what is stored of a table that has left. */
  | { readonly kind: 'forget-table'; readonly table: TableKey }
  /** Delete what is stored of an optimistic lock that is resolved. */
  | { readonly kind: 'remove-optimistic-lock'; readonly lockId: LockId }
  /** Delete what is stored of an optimistic lock that has no tables any more; done when it was written once. */
  | { readonly kind: 'remove-remains'; readonly lockId: LockId }
  /** Drive a pessimistic lock on: put what is due, record it, remove it. */
  | { readonly kind: 'drive-pessimistic-lock'; readonly lockId: LockId }
  /** Delete a finished pessimistic operation that belongs to no lock (deviation P1). */
  | { readonly kind: 'clean-source'; readonly source: SourceKey }
  /** Take the next step of a manual action. */
  | { readonly kind: 'advance-action'; readonly action: string }
  /** Record up to where everything is written, so that a start needn't read far back. */
  | { readonly kind: 'record-settled' }
  /** Delete what is only of the past and long enough ago. */
  | { readonly kind: 'trim' }
  /** Journal that a worker came or went. */
  | { readonly kind: 'announce-worker'; readonly source: SourceKey };

/** The text that names an obligation; two that ask for the same have the same. */
export type ObligationId = string;

interface Entry {
  readonly obligation: Obligation;
  /** Sent to the shell, whose answer hasn't come. */
  inFlight: boolean;
  /** Not to be planned before the state has seen this revision, since the last try is visible only then. */
  notBefore: Revision;
}

/** What is still to be written, in the order in which it was asked for. */
export class Outbox {
  readonly #entries = new Map<ObligationId, Entry>();
  /** Obligations that may be planned now, so that nobody walks over those that wait. */
  readonly #due = new Set<ObligationId>();
  /** Obligations whose last try is ahead of the state. */
  readonly #later = new Set<ObligationId>();

  /** Ask for `obligation`, or, if it is asked for already, look at it again. */
  ask(obligation: Obligation): void {
    const id = obligationId(obligation);
    const entry = this.#entries.get(id);
    if (entry === undefined) this.#entries.set(id, { obligation, inFlight: false, notBefore: NO_REVISION });
    if (entry === undefined || (!entry.inFlight && !this.#later.has(id))) this.#due.add(id);
  }

  /** The obligation is fulfilled, or nobody wants it any more. */
  settle(obligation: Obligation): void {
    const id = obligationId(obligation);
    this.#entries.delete(id);
    this.#due.delete(id);
    this.#later.delete(id);
  }

  /** Whether `obligation` is still to be fulfilled. */
  has(obligation: Obligation): boolean {
    return this.#entries.has(obligationId(obligation));
  }

  /** Every obligation, oldest first. */
  *[Symbol.iterator](): IterableIterator<Obligation> {
    for (const entry of this.#entries.values()) yield entry.obligation;
  }

  /** How many obligations there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Take what may be planned now, oldest first, given that the state has seen `revision`. */
  takeDue(revision: Revision): Obligation[] {
    for (const id of this.#later) {
      if ((this.#entries.get(id)?.notBefore ?? NO_REVISION) > revision) continue;
      this.#later.delete(id);
      this.#due.add(id);
    }
    const due = [...this.#due].flatMap((id) => this.#entries.get(id)?.obligation ?? []);
    this.#due.clear();
    return due;
  }

  /** Whether anything may be planned, given that the state has seen `revision`. */
  hasDue(revision: Revision): boolean {
    if (this.#due.size > 0) return true;
    for (const id of this.#later) if ((this.#entries.get(id)?.notBefore ?? NO_REVISION) <= revision) return true;
    return false;
  }

  /** The obligation was sent to the shell. */
  markSent(obligation: Obligation): void {
    const entry = this.#entries.get(obligationId(obligation));
    if (entry !== undefined) entry.inFlight = true;
  }

  /** The shell's try has ended; what it did is visible to the state from `revision` on. */
  markEnded(id: ObligationId, revision: Revision, failed = false): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    // It has no compares, and deleting what isn't there makes no change that could come back.
    if (entry.obligation.kind === 'remove-remains' && !failed) {
      this.settle(entry.obligation);
      return;
    }
    entry.inFlight = false;
    entry.notBefore = revision;
    this.#later.add(id);
  }

  /** What many obligations wait for has changed: all are to be looked at again. */
  askAll(): void {
    for (const { obligation } of [...this.#entries.values()]) this.ask(obligation);
  }

  /** Nothing is to be written: this server only observes. */
  clear(): void {
    this.#entries.clear();
    this.#due.clear();
    this.#later.clear();
  }

  /** This server leads from now on: everything is due. */
  rearm(): void {
    this.#later.clear();
    for (const [id, entry] of this.#entries) {
      entry.inFlight = false;
      entry.notBefore = NO_REVISION;
      this.#due.add(id);
    }
  }
}

/** The text that names `obligation`. */
export function obligationId(obligation: Obligation): ObligationId {
  switch (obligation.kind) {
    case 'answer':
    case 'redirect':
    case 'record-done':
    case 'record-member':
    case 'know-schema':
    case 'forget-table':
      return `${obligation.kind} ${obligation.table}`;
    case 'record-lock':
    case 'tell-synced':
    case 'remove-optimistic-lock':
    case 'remove-remains':
    case 'drive-pessimistic-lock':
      return `${obligation.kind} ${obligation.lockId}`;
    case 'forget-column':
      return `${obligation.kind} ${obligation.lockId} ${obligation.column}`;
    case 'clean-source':
    case 'announce-worker':
      return `${obligation.kind} ${obligation.source}`;
    case 'record-settled':
    case 'trim':
      return obligation.kind;
    case 'record-downstream':
      return `${obligation.kind} ${obligation.task}`;
    case 'advance-action':
      return `${obligation.kind} ${obligation.action}`;
  }
}
