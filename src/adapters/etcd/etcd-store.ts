import { LockstepError } from '../../core/model/error';
import type { Revision } from '../../core/model/revision';
import { parseLeaseId } from '../../core/model/store';
import type { Batch, KeyValue, LeaseId } from '../../core/model/store';
import type { Clock } from '../../ports/clock';
import type {
  Lease,
  RangeResult,
  Store,
  StoreLimits,
  Transaction,
  TransactionResult,
  StoreUpkeep,
} from '../../ports/store';
import { checkKey, checkPrefix, checkTransaction } from '../revisioned/check-transaction';
import { checkTtl } from '../revisioned/check-ttl';
import { decodeRevision } from './decode';
import { encodeTransaction } from './encode';
import { Endpoints } from './endpoints';
import { CALL_MS, ETCD_LIMITS } from './etcd-options';
import type { EtcdOptions } from './etcd-options';
import { followEtcd } from './follow-etcd';
import { endLease, renewLease } from './lease';
import { readKey, readRange, readRevision } from './read';
import { EtcdUpkeep } from './upkeep';

/** The part of a request that keys and values may take; the rest is the names and lengths round them. */
const PAYLOAD = 0.95;

/** A store on etcd, 3.4 or later, for several servers. */
export class EtcdStore implements Store {
  readonly limits: StoreLimits;
  readonly upkeep: StoreUpkeep;
  readonly #endpoints: Endpoints;

  private constructor(
    private readonly options: EtcdOptions,
    private readonly clock: Clock,
  ) {
    const { maxTxnOps = ETCD_LIMITS.maxTxnOps, maxRequestBytes = ETCD_LIMITS.maxRequestBytes } = options;
    const bytesPerTransaction = Math.floor(maxRequestBytes * PAYLOAD);
    this.limits = { operationsPerTransaction: maxTxnOps, bytesPerTransaction, bytesPerKey: 4_000 };
    this.#endpoints = new Endpoints(options, clock);
    this.upkeep = new EtcdUpkeep(this.#endpoints, options.quotaBytes ?? ETCD_LIMITS.quotaBytes);
  }

  /** Reach an etcd. @throws LockstepError STORE_UNAVAILABLE if none of its members answers, or it refuses us */
  static async open(options: EtcdOptions, clock: Clock): Promise<EtcdStore> {
    const store = new EtcdStore(options, clock);
    try {
      await store.revision();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async revision(): Promise<Revision> {
    return await this.#endpoints.call('repeatable', readRevision);
  }

  async get(key: string): Promise<KeyValue | null> {
    checkKey(key, this.limits);
    return await readKey(this.#endpoints, key);
  }

  async range(prefix: string, { revision }: { readonly revision?: Revision } = {}): Promise<RangeResult> {
    checkPrefix(prefix, this.limits);
    // 0 is etcd's word for the last revision.
    if (revision === 0) throw new LockstepError('INVALID_INPUT', 'no revision is before 1', { field: 'revision' });
    return await readRange(this.#endpoints, prefix, revision);
  }

  async txn(transaction: Transaction): Promise<TransactionResult> {
    checkTransaction(transaction, this.limits);
    const request = encodeTransaction(transaction);
    const { succeeded, header } = await this.#endpoints.call('once', (client, options) =>
      client.kv.txn(request, options),
    );
    return { succeeded, revision: decodeRevision(header.revision) };
  }

  watch(prefixes: readonly string[], from: Revision, signal: AbortSignal): AsyncIterable<Batch, void, undefined> {
    const shared = { endpoints: this.#endpoints, clock: this.clock, answerMs: this.options.callMs ?? CALL_MS };
    return followEtcd(shared, prefixes, from, signal);
  }

  async grant(ttlMs: number): Promise<Lease> {
    checkTtl(ttlMs);
    const { ID, TTL } = await this.#endpoints.call('repeatable', (client, options) =>
      client.leaseClient.leaseGrant({ TTL: Math.ceil(ttlMs / 1_000) }, options),
    );
    return { id: parseLeaseId(ID), ttlMs: Number(TTL) * 1_000 };
  }

  async keepAlive(lease: LeaseId): Promise<void> {
    await this.#endpoints.call('repeatable', (client, options) => renewLease(client, options, lease));
  }

  async revoke(lease: LeaseId): Promise<void> {
    await this.#endpoints.call('repeatable', (client, options) => endLease(client, options, lease));
  }

  async close(): Promise<void> {
    await this.#endpoints.close();
  }
}
