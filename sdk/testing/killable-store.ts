import type { LeaseId, Batch, KeyValue } from '../../src/core/model/store';
import type { Revision } from '../../src/core/model/revision';
import type { Lease, RangeResult, Store, Transaction, TransactionResult } from '../../src/ports/store';

/** A store as one process sees it: when the process is killed it sees and does nothing more, and the store goes on. */
export class KillableStore implements Store {
  readonly limits: Store['limits'];
  readonly #killed = new AbortController();

  constructor(private readonly inner: Store) {
    this.limits = inner.limits;
  }

  /** Whoever uses it is gone. */
  kill(): void {
    this.#killed.abort();
  }

  revision(): Promise<Revision> {
    return this.#alive(() => this.inner.revision());
  }

  get(key: string): Promise<KeyValue | null> {
    return this.#alive(() => this.inner.get(key));
  }

  range(prefix: string, options?: { readonly revision?: Revision }): Promise<RangeResult> {
    return this.#alive(() => this.inner.range(prefix, options));
  }

  txn(transaction: Transaction): Promise<TransactionResult> {
    return this.#alive(() => this.inner.txn(transaction));
  }

  async *watch(
    prefixes: readonly string[],
    from: Revision,
    signal: AbortSignal,
  ): AsyncGenerator<Batch, void, undefined> {
    for await (const batch of this.inner.watch(prefixes, from, AbortSignal.any([signal, this.#killed.signal]))) {
      // What comes after the kill is seen by nobody.
      if (this.#killed.signal.aborted) break;
      yield batch;
    }
    if (this.#killed.signal.aborted) await never();
  }

  grant(ttlMs: number): Promise<Lease> {
    return this.#alive(() => this.inner.grant(ttlMs));
  }

  keepAlive(lease: LeaseId): Promise<void> {
    return this.#alive(() => this.inner.keepAlive(lease));
  }

  revoke(lease: LeaseId): Promise<void> {
    return this.#alive(() => this.inner.revoke(lease));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A dead process calls nothing, and waits for answers for ever. */
  async #alive<T>(call: () => Promise<T>): Promise<T> {
    if (this.#killed.signal.aborted) return await never();
    const result = await call();
    return this.#isKilled() ? await never() : result;
  }

  #isKilled(): boolean {
    return this.#killed.signal.aborted;
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
