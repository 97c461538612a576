import type { LeaseId } from '../core/model/store';
import type { Revision } from '../core/model/revision';
import type { Clock } from '../ports/clock';
import type { Metrics, StoreCall } from '../ports/metrics';
import type { RangeResult, Store, Transaction } from '../ports/store';
import type { Tracing } from '../ports/tracing';

/** Whom a measured store tells. */
export interface MeasuredStoreOptions {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
}

/** A store that tells how long another one takes. Watches never end, so of them only what fails is told. */
export class MeasuredStore implements Store {
  constructor(
    private readonly store: Store,
    private readonly options: MeasuredStoreOptions,
  ) {}

  get limits(): Store['limits'] {
    return this.store.limits;
  }

  get upkeep(): Store['upkeep'] {
    return this.store.upkeep;
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
    const { clock, metrics } = this.options;
    const begunMs = clock.monotonicMs();
    try {
      yield* this.store.watch(...args);
    } catch (error) {
      metrics.askedStore('watch', clock.monotonicMs() - begunMs, true);
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
    const { clock, metrics, tracing } = this.options;
    const begunMs = clock.monotonicMs();
    let failed = true;
    try {
      const answer = await tracing.traced(`lockstep.store.${call}`, {}, ask);
      failed = false;
      return answer;
    } finally {
      metrics.askedStore(call, clock.monotonicMs() - begunMs, failed);
    }
  }
}
