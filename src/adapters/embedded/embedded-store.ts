import { LockstepError } from '../../core/model/error';
import { parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import { isUnder } from '../../core/model/store';
import type { Batch, Change, KeyValue, LeaseId } from '../../core/model/store';
import type { Clock } from '../../ports/clock';
import type { Lease, RangeResult, Store, StoreLimits, Transaction, TransactionResult } from '../../ports/store';
import { checkKey, checkPrefix, checkTransaction } from '../revisioned/check-transaction';
import { checkTtl } from '../revisioned/check-ttl';
import { followHistory } from '../revisioned/follow-history';
import type { History } from '../revisioned/follow-history';
import { LeaseTimers } from '../revisioned/lease-timers';
import { planTransaction } from '../revisioned/plan-transaction';
import type { KeyChange } from '../revisioned/plan-transaction';
import { Progress } from '../revisioned/progress';
import { DEFAULT_RETENTION } from '../revisioned/retention';
import type { Retention } from '../revisioned/retention';
import { showKey } from '../revisioned/stored-key';
import { Compactor } from './compactor';
import type { KeepFrom } from './compactor';
import { openEnvironment } from './environment';
import type { Environment } from './environment';
import { GroupCommit } from './group-commit';
import { LeaseTable } from './lease-table';
import { readRange } from './read-range';
import { RecentRevisions } from './recent-revisions';
import { Tables } from './tables';

/** How an embedded store behaves; all may be left out. */
export interface EmbeddedStoreOptions {
  readonly retention?: Retention;
  /** What holds old revisions back; nothing if absent. */
  readonly keepFrom?: KeepFrom;
}

const LIMITS: StoreLimits = {
  operationsPerTransaction: 10_000,
  bytesPerTransaction: 64 * 1024 * 1024,
  bytesPerKey: 4_000,
};

/** A store in a directory of its own, for one process. The README says how it keeps its promises. */
export class EmbeddedStore implements Store, History {
  readonly limits = LIMITS;
  readonly #tables: Tables;
  readonly #leases: LeaseTable;
  readonly #progress: Progress;
  readonly #commits: GroupCommit;
  readonly #compactor: Compactor;
  readonly #timers: LeaseTimers;
  readonly #recent = new RecentRevisions();
  readonly #reads = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;
  /** The last revision that was written; committed by the time that anybody is told. */
  #written: Revision;

  private constructor(
    private readonly environment: Environment,
    private readonly clock: Clock,
    options: EmbeddedStoreOptions,
  ) {
    const { retention = DEFAULT_RETENTION, keepFrom = null } = options;
    const fail = (error: unknown) => this.#progress.fail(toFailure(error));
    this.#tables = new Tables(environment);
    this.#leases = new LeaseTable(environment);
    this.#written = this.#tables.lastRevision();
    this.#progress = new Progress(this.#written);
    this.#commits = new GroupCommit(environment.root, () => this.#announce(), fail);
    this.#compactor = new Compactor(this.#tables, this.#commits, clock, { retention, keepFrom }, fail);
    this.#timers = new LeaseTimers(clock, (lease) => void this.#endLease(lease).catch(fail));
    for (const { id, ttlMs } of this.#leases.list()) this.#timers.add(id, ttlMs);
  }

  /**
   * Open a directory, making it if it isn't there. Every lease in it has its whole time to live before it.
   * @throws LockstepError STORE_IN_USE, STORE_FOREIGN, STORE_DAMAGED
   */
  static open(directory: string, clock: Clock, options: EmbeddedStoreOptions = {}): Promise<EmbeddedStore> {
    return new Promise((resolve) => resolve(new EmbeddedStore(openEnvironment(directory), clock, options)));
  }

  /** The oldest revision that can be read. */
  get compacted(): Revision {
    return this.#tables.compactedRevision();
  }

  revision(): Promise<Revision> {
    return this.#answer(() => this.#progress.revision);
  }

  get(key: string): Promise<KeyValue | null> {
    return this.#answer(() => {
      checkKey(key, this.limits);
      const stored = this.#tables.get(key);
      return stored === null ? null : showKey(stored);
    });
  }

  range(prefix: string, options: { readonly revision?: Revision } = {}): Promise<RangeResult> {
    return this.#answer(() => {
      checkPrefix(prefix, this.limits);
      const reading = readRange(this.#tables, prefix, options.revision, () => this.#progress.check());
      const ended = reading.finally(() => this.#reads.delete(ended));
      this.#reads.add(ended);
      return ended;
    });
  }

  txn(transaction: Transaction): Promise<TransactionResult> {
    return this.#answer(() => {
      checkTransaction(transaction, this.limits);
      return this.#commits.write(() => {
        const next = parseRevision(this.#written + 1);
        const { succeeded, changes } = planTransaction(this.#tables, transaction, next);
        this.#write(changes);
        return { succeeded, revision: this.#written };
      });
    });
  }

  watch(prefixes: readonly string[], from: Revision, signal: AbortSignal): AsyncIterable<Batch, void, undefined> {
    return followHistory(this, this.#progress, prefixes, from, signal);
  }

  /** The changes of one kept revision; for `followHistory`. */
  read(revision: Revision, prefixes: readonly string[]): Batch {
    return this.#recent.read(revision, prefixes) ?? this.#readTables(revision, prefixes);
  }

  #readTables(revision: Revision, prefixes: readonly string[]): Batch {
    const changes: Change[] = [];
    for (const { kind, key } of this.#tables.readRevision(revision).changes) {
      if (!isUnder(key, prefixes)) continue;
      if (kind === 'delete') changes.push({ kind, key, modRevision: revision });
      else changes.push({ kind, ...showKey(this.#tables.readPast(key, revision)) });
    }
    return { revision, changes };
  }

  grant(ttlMs: number): Promise<Lease> {
    return this.#answer(async () => {
      checkTtl(ttlMs);
      const id = await this.#commits.write(() => this.#leases.add(ttlMs));
      this.#timers.add(id, ttlMs);
      return { id, ttlMs };
    });
  }

  keepAlive(lease: LeaseId): Promise<void> {
    return this.#answer(() => this.#timers.renew(lease));
  }

  revoke(lease: LeaseId): Promise<void> {
    return this.#answer(() => {
      this.#timers.remove(lease);
      return this.#endLease(lease);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Drop every revision before this one, which is kept. */
  compactTo(revision: Revision): Promise<void> {
    return this.#answer(() => this.#compactor.compactTo(revision));
  }

  async #close(): Promise<void> {
    const closed = new LockstepError('STORE_UNAVAILABLE', 'the store is closed', {});
    this.#progress.fail(closed);
    this.#compactor.close();
    this.#timers.close();
    await this.#commits.close(closed);
    await Promise.allSettled(this.#reads);
    await this.environment.root.close();
    this.environment.lock.release();
  }

  #announce(): void {
    if (this.#written > this.#progress.revision) this.#progress.advance(this.#written);
    this.#compactor.notice(this.#written);
  }

  /** In a writing transaction. */
  #write(changes: readonly KeyChange[]): void {
    if (changes.length === 0) return;
    const revision = parseRevision(this.#written + 1);
    this.#tables.writeRevision(revision, changes, this.clock.wallMs());
    this.#recent.add(revision, changes);
    this.#written = revision;
  }

  #endLease(lease: LeaseId): Promise<void> {
    return this.#commits.write(() => {
      const attached = this.#leases.keysOf(lease).flatMap((key) => this.#tables.head(key) ?? []);
      this.#write(attached.map((before) => ({ kind: 'delete', before })));
      this.#leases.remove(lease);
    });
  }

  #answer<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve) => {
      this.#progress.check();
      resolve(work());
    });
  }
}

function toFailure(error: unknown): LockstepError {
  if (error instanceof LockstepError) return error;
  return new LockstepError('STORE_UNAVAILABLE', `the store has failed: ${String(error)}`, {});
}
