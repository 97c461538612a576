import { invariant } from '../core/model/invariant';
import type { LockEvent } from '../core/model/lock-event';
import { LockstepError } from '../core/model/error';
import type { ErrorCode } from '../core/model/error-catalogue';
import { NO_REVISION } from '../core/model/revision';
import type { Revision } from '../core/model/revision';
import { isUnder } from '../core/model/store';
import type { Batch, Compare, Mutation } from '../core/model/store';
import type { ObligationId } from '../core/state/obligation';
import type { Write } from '../core/state/write';
import { writeJournalRecord } from '../core/wire/journal-record';
import { formatLockstepKey } from '../core/wire/lockstep-keys';
import type { Clock } from '../ports/clock';
import type { Store, TransactionResult } from '../ports/store';
import { ConditionWaits } from './condition-waits';
import { hasEnded, pause } from './follower';
import { OvertakenWrites } from './overtaken-writes';

/** A write with the obligation that it is for. */
export interface QueuedWrite {
  readonly id: ObligationId;
  readonly write: Write;
}

/**
 * How a write ended: done or refused, at a revision; failed: if it was done, then before that revision, and never after it;
 * or the store takes it never, and nothing was done.
 */
export type WriteEnd =
  | { readonly kind: 'done' | 'refused' | 'failed'; readonly id: ObligationId; readonly revision: Revision }
  | { readonly kind: 'impossible'; readonly id: ObligationId; readonly error: LockstepError };

/** Errors that say of a transaction that it was not made, and never will be as it is. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['INVALID_INPUT', 'LEASE_ENDED']);

/** That the leader can't write: why, and how many tries in a row have failed. */
export interface WriteTrouble {
  readonly error: LockstepError;
  readonly tries: number;
}

/** How long the queue waits after a failure of the store, in milliseconds; after each further one twice as long, up to a while. */
const PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** How long the queue waits to see what a refused transaction ran into, in milliseconds. */
const SIGHT_MS = 100;

/**
 * Carries out the leader's writes in the order of their planning, one transaction at a time; what has gathered meanwhile
 * goes into the next one together. Order matters to the core: when a transaction can't be made, everything behind it fails
 * too, and is planned again.
 */
export class WriteQueue {
  #waiting: QueuedWrite[] = [];
  #running: Promise<void> | null = null;
  #sequence: number;
  readonly #stop = new AbortController();
  readonly #overtaken = new OvertakenWrites();
  #observed: Revision = NO_REVISION;
  readonly #sights: ConditionWaits;

  constructor(
    private readonly options: {
      readonly store: Store;
      readonly clock: Clock;
      /** They hold only while this server leads. */
      readonly leaderCompares: readonly Compare[];
      /** The last sequence number of the journal. */
      readonly sequence: number;
      /** Put with every transaction: that everything before some revision is written; null: nothing new. */
      readonly settled: () => Mutation | null;
      readonly onEnd: (end: WriteEnd) => void;
      /** Null: it can write again. */
      readonly onTrouble: (trouble: WriteTrouble | null) => void;
    },
  ) {
    this.#sequence = options.sequence;
    this.#sights = new ConditionWaits(options.clock);
  }

  /** Carry out `writes` after those that wait. */
  push(writes: readonly QueuedWrite[]): void {
    if (hasEnded(this.#stop.signal)) return;
    for (const queued of writes) {
      this.#waiting.push(queued);
      this.#overtaken.add(queued.write);
    }
    this.#running ??= this.#drain();
  }

  /** The store's next change, before anything is planned on it. */
  observe(batch: Batch): void {
    this.#overtaken.observe(batch);
    this.#observed = batch.revision;
    this.#sights.look();
  }

  /** A record of the journal is stored, perhaps by a transaction of which nobody knew whether it was made. */
  seenJournal(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
  }

  /** Finish what is under way, and take nothing more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #drain(): Promise<void> {
    // Writes of the same turn gather before the first of them leaves.
    await Promise.resolve();
    for (;;) {
      this.#dropOvertaken();
      if (this.#waiting.length === 0 || hasEnded(this.#stop.signal)) break;
      await this.#carryOut(this.#takeGroup());
    }
    this.#running = null;
  }

  /** One transaction for all, or several for parts of them where the store refuses that. */
  async #carryOut(group: readonly QueuedWrite[]): Promise<void> {
    const parts = [group];
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const result = await this.#attempt(part);
      const [alone] = part;
      if (!(result instanceof LockstepError)) {
        parts.unshift(...(await this.#settlePart(part, result)));
      } else if (!FINAL.has(result.code)) {
        await this.#failAll([...part, ...parts.flat()], result);
        return;
      } else if (part.length > 1 || alone === undefined) {
        parts.unshift(...halves(part));
      } else {
        this.#giveUp(alone, parts.flat(), result);
        return;
      }
    }
  }

  async #attempt(part: readonly QueuedWrite[], isFence = false): Promise<TransactionResult | LockstepError> {
    try {
      return await this.#transact(part, isFence);
    } catch (error) {
      if (error instanceof LockstepError) return error;
      throw error;
    }
  }

  /** What is left of some writes, in parts: those that the store refused for what others of them compare. */
  async #settlePart(
    part: readonly QueuedWrite[],
    result: TransactionResult,
  ): Promise<readonly (readonly QueuedWrite[])[]> {
    if (result.succeeded || part.length === 1) {
      for (const queued of part) this.#end(queued, result.succeeded ? 'done' : 'refused', result.revision);
      return [];
    }
    // What was refused shows in the changes that the transaction ran into; if not, halves show it.
    await this.#sights.until(() => this.#observed >= result.revision, SIGHT_MS);
    const rest = part.filter(({ write }) => this.#overtaken.revisionOf(write) === null);
    if (rest.length === part.length) return halves(part);
    this.#endOvertaken(part);
    return rest.length > 0 ? [rest] : [];
  }

  /** Let nothing wait that the store would refuse. */
  #dropOvertaken(): void {
    const waiting = this.#waiting;
    // What an end gives rise to is pushed at once, so what waits is settled before anything ends.
    this.#waiting = waiting.filter(({ write }) => this.#overtaken.revisionOf(write) === null);
    if (this.#waiting.length < waiting.length) this.#endOvertaken(waiting);
  }

  #endOvertaken(writes: readonly QueuedWrite[]): void {
    for (const queued of writes) {
      const revision = this.#overtaken.revisionOf(queued.write);
      if (revision !== null) this.#end(queued, 'refused', revision);
    }
  }

  #end({ id, write }: QueuedWrite, kind: 'done' | 'refused', revision: Revision): void {
    this.#overtaken.remove(write);
    this.options.onEnd({ kind, id, revision });
  }

  /**
   * All of `group`, with one journal record if it has events or is to be the fence. Each compares that the next record isn't there:
   * so none can be made after a fence that has its place.
   */
  async #transact(group: readonly QueuedWrite[], isFence: boolean): Promise<TransactionResult> {
    const events = group.flatMap(({ write }) => write.events);
    const isJournaled = isFence || events.length > 0;
    const journal = formatLockstepKey({ kind: 'journal', sequence: this.#sequence + 1 });
    const compares = group.flatMap(({ write }) => write.compares);
    const mutations = withSettled(
      group.flatMap(({ write }) => write.mutations),
      this.options.settled(),
    );
    const result = await this.options.store.txn({
      compares: [
        ...this.options.leaderCompares,
        ...distinct(compares),
        { kind: 'version', key: journal, operator: '=', value: 0 },
      ],
      then: [...mutations, ...(isJournaled ? [this.#journalPut(journal, events)] : [])],
    });
    if (isJournaled || !result.succeeded) this.#sequence += 1;
    return result;
  }

  #journalPut(key: string, events: readonly LockEvent[]): Mutation {
    return { kind: 'put', key, value: writeJournalRecord({ atMs: this.options.clock.wallMs(), events }) };
  }

  /** As many of the first writes as fit into one transaction without touching a key twice. */
  #takeGroup(): QueuedWrite[] {
    const { operationsPerTransaction, bytesPerTransaction } = this.options.store.limits;
    const group: QueuedWrite[] = [];
    const touched = new TouchedKeys();
    // Beside the writes: the leader's compares and the journal's; the puts of the journal and of what is settled.
    let [compares, mutations, bytes] = [3, 2, 4_096];
    for (const queued of this.#waiting) {
      compares += queued.write.compares.length;
      mutations += queued.write.mutations.length;
      bytes += sizeOf(queued.write);
      const fits =
        compares <= operationsPerTransaction && mutations <= operationsPerTransaction && bytes <= bytesPerTransaction;
      if (group.length > 0 && (!fits || touched.overlaps(queued.write.mutations))) break;
      touched.add(queued.write.mutations);
      group.push(queued);
    }
    invariant(group.length > 0, 'a queue that isn’t empty gives a group');
    this.#waiting = this.#waiting.slice(group.length);
    return group;
  }

  /** Nobody knows what became of a transaction: everything behind it fails too, since later writes may rely on earlier ones. */
  async #failAll(failed: readonly QueuedWrite[], error: LockstepError): Promise<void> {
    const revision = await this.#settleDoubt(error);
    // What came meanwhile fails as well: it would overtake what is planned again.
    this.#endFailed([...failed, ...this.#takeWaiting()], revision);
  }

  /**
   * A revision before which the transaction of which nobody knows was made, or else it never will be: a record without events
   * takes its place in the journal, or can't because it was taken. Without that it could be made twice, or late.
   */
  async #settleDoubt(first: LockstepError): Promise<Revision> {
    let [error, pauseMs] = [first, PAUSE_MS];
    for (let tries = 1; ; tries += 1) {
      this.options.onTrouble({ error, tries });
      await pause(this.options.clock, pauseMs, this.#stop.signal);
      if (hasEnded(this.#stop.signal)) return NO_REVISION;
      const result = await this.#attempt([], true);
      if (!(result instanceof LockstepError)) {
        this.options.onTrouble(null);
        return result.revision;
      }
      [error, pauseMs] = [result, Math.min(2 * pauseMs, LONGEST_PAUSE_MS)];
    }
  }

  /** The store takes one write never. What is behind it fails, and is planned again knowing of that. */
  #giveUp({ id, write }: QueuedWrite, behind: readonly QueuedWrite[], error: LockstepError): void {
    this.#overtaken.remove(write);
    const failed = [...behind, ...this.#takeWaiting()];
    this.options.onEnd({ kind: 'impossible', id, error });
    this.#endFailed(failed, NO_REVISION);
  }

  #takeWaiting(): readonly QueuedWrite[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #endFailed(failed: readonly QueuedWrite[], revision: Revision): void {
    for (const { id, write } of failed) {
      this.#overtaken.remove(write);
      this.options.onEnd({ kind: 'failed', id, revision });
    }
  }
}

function halves(writes: readonly QueuedWrite[]): (readonly QueuedWrite[])[] {
  const half = Math.ceil(writes.length / 2);
  return [writes.slice(0, half), writes.slice(half)];
}

/** The keys that a group of writes touches. */
class TouchedKeys {
  readonly #keys = new Set<string>();
  readonly #prefixes: string[] = [];

  add(mutations: readonly Mutation[]): void {
    for (const mutation of mutations) {
      if (mutation.kind === 'delete-prefix') this.#prefixes.push(mutation.prefix);
      else this.#keys.add(mutation.key);
    }
  }

  overlaps(mutations: readonly Mutation[]): boolean {
    return mutations.some((mutation) => {
      if (mutation.kind === 'delete-prefix') return [...this.#keys].some((key) => key.startsWith(mutation.prefix));
      return this.#keys.has(mutation.key) || isUnder(mutation.key, this.#prefixes);
    });
  }
}

/** A write may be that very record. */
function withSettled(mutations: readonly Mutation[], settled: Mutation | null): readonly Mutation[] {
  if (settled?.kind !== 'put') return mutations;
  const isThere = mutations.some((mutation) => mutation.kind === 'put' && mutation.key === settled.key);
  return isThere ? mutations : [...mutations, settled];
}

function distinct(compares: readonly Compare[]): Compare[] {
  return [...new Map(compares.map((compare) => [textOf(compare), compare])).values()];
}

/** No key holds U+0000. */
function textOf(compare: Compare): string {
  if (compare.kind === 'absent') return compare.prefix;
  const { kind, key, operator, value } = compare;
  return `${key}\0${kind}${operator}${value}`;
}

/** At least the bytes of the write: characters beyond ASCII take up to three. */
function sizeOf({ mutations, events }: Write): number {
  const characters = mutations.reduce(
    (sum, mutation) => sum + (mutation.kind === 'put' ? mutation.key.length + mutation.value.length : 200),
    0,
  );
  return 3 * (characters + JSON.stringify(events).length);
}
