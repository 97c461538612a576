import { LockstepError } from '../../core/model/error';
import { parseRevision } from '../../core/model/revision';
import type { Revision } from '../../core/model/revision';
import { parseLeaseId } from '../../core/model/store';
import type { Batch, KeyValue, LeaseId } from '../../core/model/store';
import type { Clock, StopTimer } from '../../ports/clock';
import type { Lease, RangeResult, Store, StoreLimits, Transaction, TransactionResult } from '../../ports/store';
import { checkKey, checkPrefix, checkTransaction } from '../revisioned/check-transaction';
import { checkTtl } from '../revisioned/check-ttl';
import { followHistory } from '../revisioned/follow-history';
import { LeaseTimers } from '../revisioned/lease-timers';
import { planTransaction } from '../revisioned/plan-transaction';
import type { KeyChange } from '../revisioned/plan-transaction';
import { Progress } from '../revisioned/progress';
import { DEFAULT_RETENTION } from '../revisioned/retention';
import type { Retention } from '../revisioned/retention';
import { showKey } from '../revisioned/stored-key';
import type { StoredKey } from '../revisioned/stored-key';
import { MemoryHistory } from './memory-history';
import { SortedKeys } from './sorted-keys';

/** How a store in memory behaves; all may be left out. */
export interface MemoryStoreOptions {
  readonly retention?: Retention;
  readonly limits?: Partial<StoreLimits>;
}

const LIMITS: StoreLimits = {
  operationsPerTransaction: 10_000,
  bytesPerTransaction: 64 * 1024 * 1024,
  bytesPerKey: 4_000,
};

/** How often old revisions are looked for. */
const COMPACTION_INTERVAL_MS = 60_000;

/** A store that lives as long as its process: for tests, demonstrations, and simulation by an injected clock. */
export class MemoryStore implements Store {
  readonly limits: StoreLimits;
  readonly #keys = new SortedKeys();
  readonly #history = new MemoryHistory();
  readonly #progress: Progress;
  readonly #leases = new Map<LeaseId, Set<string>>();
  readonly #timers: LeaseTimers;
  readonly #retention: Retention;
  #granted = 0;
  #stopCompaction: StopTimer | null = null;

  constructor(
    private readonly clock: Clock,
    options: MemoryStoreOptions = {},
  ) {
    this.limits = { ...LIMITS, ...options.limits };
    this.#retention = options.retention ?? DEFAULT_RETENTION;
    this.#progress = new Progress(this.#history.last);
    this.#timers = new LeaseTimers(clock, (lease) => this.#endLease(lease));
    this.#scheduleCompaction();
  }

  revision(): Promise<Revision> {
    return this.#answer(() => this.#history.last);
  }

  get(key: string): Promise<KeyValue | null> {
    return this.#answer(() => {
      checkKey(key, this.limits);
      const stored = this.#keys.get(key);
      return stored === null ? null : showKey(stored);
    });
  }

  range(prefix: string, options: { readonly revision?: Revision } = {}): Promise<RangeResult> {
    return this.#answer(() => {
      checkPrefix(prefix, this.limits);
      const found = this.#keys.withPrefix(prefix);
      const { revision } = options;
      if (revision === undefined) return { values: [...found].map(showKey), revision: this.#history.last };
      return { values: this.#history.rewind(found, prefix, revision), revision };
    });
  }

  txn(transaction: Transaction): Promise<TransactionResult> {
    return this.#answer(() => {
      checkTransaction(transaction, this.limits);
      const view = {
        get: (key: string) => this.#keys.get(key),
        head: (key: string) => this.#keys.get(key),
        withPrefix: (prefix: string) => this.#keys.withPrefix(prefix),
        isEmpty: (prefix: string) => this.#keys.isEmpty(prefix),
        hasLease: (lease: LeaseId) => this.#leases.has(lease),
      };
      const next = parseRevision(this.#history.last + 1);
      const { succeeded, changes } = planTransaction(view, transaction, next);
      this.#make(changes);
      return { succeeded, revision: this.#history.last };
    });
  }

  watch(prefixes: readonly string[], from: Revision, signal: AbortSignal): AsyncIterable<Batch, void, undefined> {
    return followHistory(this.#history, this.#progress, prefixes, from, signal);
  }

  grant(ttlMs: number): Promise<Lease> {
    return this.#answer(() => {
      checkTtl(ttlMs);
      this.#granted += 1;
      const id = parseLeaseId(String(this.#granted));
      this.#leases.set(id, new Set());
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
      this.#endLease(lease);
    });
  }

  close(): Promise<void> {
    this.#stopCompaction?.();
    this.#timers.close();
    this.#progress.fail(new LockstepError('STORE_UNAVAILABLE', 'the store is closed'));
    return Promise.resolve();
  }

  /** Drop every revision before this one, which is kept. */
  compactTo(revision: Revision): Promise<void> {
    return this.#answer(() => this.#history.compactTo(revision));
  }

  #make(changes: readonly KeyChange<StoredKey>[]): void {
    if (changes.length === 0) return;
    for (const change of changes) {
      if (change.before?.lease != null) this.#leases.get(change.before.lease)?.delete(change.before.key);
      if (change.kind === 'delete') {
        this.#keys.delete(change.before.key);
        continue;
      }
      this.#keys.set(change.after);
      if (change.after.lease !== null) this.#leases.get(change.after.lease)?.add(change.after.key);
    }
    this.#progress.advance(this.#history.add(changes, this.clock.wallMs()));
  }

  #endLease(lease: LeaseId): void {
    const attached = [...(this.#leases.get(lease) ?? [])].flatMap((key) => this.#keys.get(key) ?? []);
    this.#leases.delete(lease);
    this.#make(attached.map((before) => ({ kind: 'delete', before })));
  }

  #scheduleCompaction(): void {
    this.#stopCompaction = this.clock.after(COMPACTION_INTERVAL_MS, () => {
      this.#history.compact(this.#retention, this.clock.wallMs());
      this.#scheduleCompaction();
    });
  }

  #answer<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.#progress.check();
      resolve(work());
    });
  }
}
