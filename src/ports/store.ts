import type { Revision } from '../core/model/revision';
import type { Batch, Compare, KeyValue, LeaseId, Mutation, StoreUsage } from '../core/model/store';

/** What a range found. */
export interface RangeResult {
  /** In the order of the UTF-8 bytes of their keys. */
  readonly values: readonly KeyValue[];
  /** The revision that the values are of: a watch from the next one misses nothing. */
  readonly revision: Revision;
}

/** Conditions, and what to write when all of them hold and when not. */
export interface Transaction {
  readonly compares: readonly Compare[];
  readonly then: readonly Mutation[];
  /** Written when a compare doesn't hold; nothing if absent. */
  readonly otherwise?: readonly Mutation[];
}

/** What a transaction came to. */
export interface TransactionResult {
  /** Whether every compare held, so that `then` was written. */
  readonly succeeded: boolean;
  /** The revision that it made; the store's last one if it changed nothing. */
  readonly revision: Revision;
}

/** A granted lease. */
export interface Lease {
  readonly id: LeaseId;
  /** The time to live that the store gave, at least what was asked for. */
  readonly ttlMs: number;
}

/** What a store takes; anything beyond is refused with `INVALID_INPUT` before it is sent. */
export interface StoreLimits {
  /** Of the compares, of `then` and of `otherwise` of one transaction, each. */
  readonly operationsPerTransaction: number;
  /** UTF-8 bytes of all keys and values of one transaction. */
  readonly bytesPerTransaction: number;
  /** UTF-8 bytes of a key. */
  readonly bytesPerKey: number;
}

/** What must be done for a store that doesn't look after itself. */
export interface StoreUpkeep {
  /** How full its database is. @throws LockstepError STORE_UNAVAILABLE */
  usage(): Promise<StoreUsage>;

  /**
   * Forget what was before a revision. Compacting what is compacted is fine.
   * @throws LockstepError STORE_UNAVAILABLE
   */
  compact(before: Revision): Promise<void>;
}

/**
 * A revisioned key-value store with etcd's meaning of revision, version, transaction, watch and lease. Keys and values are
 * text; keys are not empty, hold no U+0000, and are ordered by their UTF-8 bytes. The laws are in the README of this room;
 * one suite (test/adapters/store-suite.ts) proves them for every adapter.
 *
 * Every method rejects with `STORE_UNAVAILABLE` when the store can't be reached, is closed or has failed. A transaction
 * that is rejected so may have been made all the same, unless the store says otherwise.
 */
export interface Store {
  readonly limits: StoreLimits;
  /** Absent: the store looks after itself. */
  readonly upkeep?: StoreUpkeep | undefined;

  /** The last revision. Every revision up to it is visible to reads that begin now. */
  revision(): Promise<Revision>;

  /** A key with its value, or null. */
  get(key: string): Promise<KeyValue | null>;

  /**
   * All keys that begin with `prefix` (an empty one is every key), of one revision: the last, or the named one.
   * @throws LockstepError STORE_COMPACTED if the named revision is gone; INVALID_INPUT if it is yet to come
   */
  range(prefix: string, options?: { readonly revision?: Revision }): Promise<RangeResult>;

  /**
   * Compare and write, as one. Resolved only when it can't be lost any more; it is visible to later reads then.
   * @throws LockstepError INVALID_INPUT for a branch that puts a key twice or puts what it deletes, and beyond the limits;
   *   LEASE_ENDED if it puts a key with a lease that isn't there; nothing is written then
   */
  txn(transaction: Transaction): Promise<TransactionResult>;

  /**
   * The changes of keys under any of the prefixes, from a revision on: each revision that has some is one batch, in order,
   * none is left out. A batch without changes says that nothing under the prefixes changed up to its revision, so that a
   * reader knows how far it is. Revisions of batches only grow.
   *
   * Nothing is read before it is asked for, and what isn't asked for waits in the store, so a slow reader costs no memory;
   * one that is slower than compaction gets `STORE_COMPACTED`. Ends when `signal` aborts; otherwise only with an error.
   * @param from the first revision wanted, ≥ 1; it may be yet to come
   * @throws LockstepError STORE_COMPACTED (fields `revision`, `compactedRevision`) if a wanted revision is gone
   */
  watch(prefixes: readonly string[], from: Revision, signal: AbortSignal): AsyncIterable<Batch, void, undefined>;

  /** A new lease. It ends `ttlMs` after the last renewal, or when it is revoked; its keys are then deleted in one batch. */
  grant(ttlMs: number): Promise<Lease>;

  /** Renew a lease. Makes no revision. @throws LockstepError LEASE_ENDED */
  keepAlive(lease: LeaseId): Promise<void>;

  /** End a lease at once; an ended one is a success. Its keys are deleted, in one batch. */
  revoke(lease: LeaseId): Promise<void>;

  /** Finish what is under way and let go of everything. Watches end with `STORE_UNAVAILABLE`. Harmless when repeated. */
  close(): Promise<void>;
}

/** The part of a store that only reads. */
export interface ReadableStore extends Pick<Store, 'revision' | 'get' | 'range' | 'watch'> {
  readonly upkeep?: Pick<StoreUpkeep, 'usage'> | undefined;
}
