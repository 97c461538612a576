import type { LockstepError } from '../model/error';
import type { Revision } from '../model/revision';
import { NO_REVISION } from '../model/revision';
import type { Compare } from '../model/store';
import { obligationId } from './obligation';
import type { Obligation, ObligationId } from './obligation';

/** An obligation that can't be fulfilled: the store refuses its write whatever else is stored. */
export interface Impossible {
  readonly obligation: Obligation;
  readonly error: LockstepError;
  /** When it was refused first, in milliseconds since 1970. */
  readonly sinceMs: number;
  readonly tries: number;
}

interface Entry {
  readonly obligation: Obligation;
  /** Sent to the shell, whose answer hasn't come. */
  inFlight: boolean;
  /** Not to be planned before the state has seen this revision, since the last try is visible only then. */
  notBefore: Revision;
  /** Nor before this time, in milliseconds since 1970. */
  notBeforeMs: number;
  /** What the last try was planned on. */
  compares: readonly Compare[];
  /** On what a try was refused; null: the last one wasn't. */
  refused: string | null;
  /** How many tries in a row were refused on the same. */
  inVain: number;
}

/** How long the second try waits that would be refused like the first, in milliseconds; each next one twice as long. */
const IN_VAIN_MS = 50;

/** How long the second try of what is impossible waits, in milliseconds; each next one twice as long. */
const IMPOSSIBLE_MS = 1_000;

/** How long any waits at most, in milliseconds. */
const LONGEST_MS = 60_000;

/** What is still to be written, in the order in which it was asked for. */
export class Outbox {
  readonly #entries = new Map<ObligationId, Entry>();
  /** Obligations that may be planned now, so that nobody walks over those that wait. */
  readonly #due = new Set<ObligationId>();
  /** Obligations whose last try is ahead of the state. */
  readonly #later = new Set<ObligationId>();
  /** Obligations that wait for what may take days, and of which everything is stored. */
  readonly #idle = new Set<ObligationId>();
  readonly #impossible = new Map<ObligationId, Impossible>();

  /** Ask for `obligation`, or, if it is asked for already, look at it again. */
  ask(obligation: Obligation): void {
    const id = obligationId(obligation);
    const entry = this.#entries.get(id);
    if (entry === undefined) this.#entries.set(id, newEntry(obligation));
    this.#idle.delete(id);
    if (entry === undefined || (!entry.inFlight && !this.#later.has(id))) this.#due.add(id);
  }

  /** The obligation is fulfilled, or nobody wants it any more. */
  settle(obligation: Obligation): void {
    const id = obligationId(obligation);
    this.#entries.delete(id);
    this.#due.delete(id);
    this.#later.delete(id);
    this.#idle.delete(id);
    this.#impossible.delete(id);
  }

  /** The obligation waits until it is asked for again, and what is known of it follows from what is stored. */
  markIdle(obligation: Obligation): void {
    this.#idle.add(obligationId(obligation));
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

  /** How many of them aren't idle. */
  get owed(): number {
    return this.#entries.size - this.#idle.size;
  }

  /** What the store refuses for good. */
  get impossible(): Iterable<Impossible> {
    return this.#impossible.values();
  }

  /** Why `obligation` can't be fulfilled; null: as far as is known it can. */
  whyImpossible(obligation: Obligation): Impossible | null {
    return this.#impossible.get(obligationId(obligation)) ?? null;
  }

  /** Take what may be planned now, oldest first, given that the state has seen `revision`. */
  takeDue(revision: Revision, nowMs: number): Obligation[] {
    for (const id of this.#later) {
      const { notBefore = NO_REVISION, notBeforeMs = 0 } = this.#entries.get(id) ?? {};
      if (notBefore > revision || notBeforeMs > nowMs) continue;
      this.#later.delete(id);
      this.#due.add(id);
    }
    const due = [...this.#due].flatMap((id) => this.#entries.get(id)?.obligation ?? []);
    this.#due.clear();
    return due;
  }

  /** The obligation was sent to the shell, planned on `compares`. */
  markSent(obligation: Obligation, compares: readonly Compare[]): void {
    const entry = this.#entries.get(obligationId(obligation));
    if (entry !== undefined) Object.assign(entry, { inFlight: true, compares });
  }

  /** The shell's try was made; what it did is visible to the state from `revision` on. */
  markDone(id: ObligationId, revision: Revision): void {
    const entry = this.#end(id, revision, 0);
    if (entry === undefined) return;
    Object.assign(entry, { refused: null, inVain: 0 });
    this.#impossible.delete(id);
    // It has no compares, and deleting what isn't there makes no change that could come back.
    if (entry.obligation.kind === 'remove-remains') this.settle(entry.obligation);
  }

  /** The store refused the shell's try, by what it was planned on: visible to the state from `revision` on. */
  markRefused(id: ObligationId, revision: Revision, nowMs: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const refused = JSON.stringify(entry.compares);
    // Where the state has learned nothing from it, it will be so again.
    entry.inVain = refused === entry.refused ? entry.inVain + 1 : 0;
    entry.refused = refused;
    this.#end(id, revision, entry.inVain === 0 ? 0 : nowMs + growing(IN_VAIN_MS, entry.inVain));
  }

  /** Nobody knows whether the shell's try was made: if so, it is visible to the state from `revision` on. */
  markFailed(id: ObligationId, revision: Revision): void {
    this.#end(id, revision, 0);
  }

  /** The store takes the shell's try never, and says why. */
  markImpossible(id: ObligationId, error: LockstepError, nowMs: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const { obligation } = entry;
    const { sinceMs = nowMs, tries = 0 } = this.#impossible.get(id) ?? {};
    this.#impossible.set(id, { obligation, error, sinceMs, tries: tries + 1 });
    // An action is ended by its next write.
    const isEndable = obligation.kind === 'advance-action' && tries === 0;
    this.#end(id, NO_REVISION, isEndable ? 0 : nowMs + growing(IMPOSSIBLE_MS, tries + 1));
  }

  /** Look at `obligation` again with the next try of what is impossible before it. */
  postpone(obligation: Obligation, untilMs: number): void {
    this.#end(obligationId(obligation), NO_REVISION, untilMs);
  }

  #end(id: ObligationId, notBefore: Revision, notBeforeMs: number): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    Object.assign(entry, { inFlight: false, notBefore, notBeforeMs });
    this.#due.delete(id);
    this.#later.add(id);
    return entry;
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
    this.#idle.clear();
    this.#impossible.clear();
  }

  /** This server leads from now on: everything is due. */
  rearm(): void {
    this.#later.clear();
    this.#idle.clear();
    this.#impossible.clear();
    for (const [id, { obligation }] of this.#entries) {
      this.#entries.set(id, newEntry(obligation));
      this.#due.add(id);
    }
  }
}

function newEntry(obligation: Obligation): Entry {
  const never = { notBefore: NO_REVISION, notBeforeMs: 0 };
  return { obligation, inFlight: false, ...never, compares: [], refused: null, inVain: 0 };
}

function growing(firstMs: number, tries: number): number {
  return Math.min(LONGEST_MS, firstMs * 2 ** (tries - 1));
}
