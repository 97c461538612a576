import type { LeaseId } from '../core/model/store';
import type { Revision } from '../core/model/revision';
import type { Clock } from '../ports/clock';
import type { Metrics, StoreCall } from '../ports/metrics';
import type { RangeResult, Store, Transaction } from '../ports/store';

/** A store that tells how long another one takes. Watches never end, so of them only what fails is told. */
export class MeasuredStore implements Store {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  get limits(): Store['limits'] {
    return this.store.limits;
  }

  revision(): ReturnType<Store['revision']> {
    return this.#measure('revision', () => this.store.revision());
  }

  get(key: string): ReturnType<Store['get']> {
    return this.#measure('get', () => this.store.get(key));
  }

  range(prefix: string, options?: { readonly revision?: Revision }): Promise<RangeResult> {
    return this.#measure('range', () => this.store.range(prefix, options));
  }

  txn(transaction: Transaction): ReturnType<Store['txn']> {
    return this.#measure('txn', () => this.store.txn(transaction));
  }

  async *watch(...args: Parameters<Store['watch']>): ReturnType<Store['watch']> {
    const begunMs = this.clock.monotonicMs();
    try {
      yield* this.store.watch(...args);
    } catch (error) {
      this.metrics.askedStore('watch', this.clock.monotonicMs() - begunMs, true);
      throw error;
    }
  }

  grant(ttlMs: number): ReturnType<Store['grant']> {
    return this.#measure('grant', () => this.store.grant(ttlMs));
  }

  keepAlive(lease: LeaseId): Promise<void> {
    return this.#measure('keepAlive', () => this.store.keepAlive(lease));
  }

  revoke(lease: LeaseId): Promise<void> {
    return this.#measure('revoke', () => this.store.revoke(lease));
  }

  close(): Promise<void> {
    return this.store.close();
  }

  async #measure<T>(call: StoreCall, ask: () => Promise<T>): Promise<T> {
    const begunMs = this.clock.monotonicMs();
    let failed = true;
    try {
      const answer = await ask();
      failed = false;
      return answer;
    } finally {
      this.metrics.askedStore(call, this.clock.monotonicMs() - begunMs, failed);
    }
  }
}
