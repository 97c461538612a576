import type { Revision } from '../../../src/core/model/revision';
import type { Batch } from '../../../src/core/model/store';
import type { Store, TransactionResult } from '../../../src/ports/store';
import { parseRevision } from '../../../src/core/model/revision';

/** A store with what a test needs to move it. */
export interface StoreUnderTest {
  readonly store: Store;
  /** All keys of one test begin with it; other tests may use the same store. */
  readonly root: string;
  /** The shortest time to live that the store gives exactly. */
  readonly ttlMs: number;
  /** Let time pass for leases. */
  readonly pass: (ms: number) => Promise<void>;
  readonly compactTo: (revision: Revision) => Promise<void>;
  /** Whether a watch may begin at the compacted revision; if not, it is refused like one from before. */
  readonly watchesCompacted: boolean;
  readonly close: () => Promise<void>;
}

/** One law of the port. */
export interface StoreCase {
  readonly name: string;
  readonly run: (under: StoreUnderTest) => Promise<void>;
}

/** Put one key. */
export function put(store: Store, key: string, value: string): Promise<TransactionResult> {
  return store.txn({ compares: [], then: [{ kind: 'put', key, value }] });
}

/** Delete one key. */
export function remove(store: Store, key: string): Promise<TransactionResult> {
  return store.txn({ compares: [], then: [{ kind: 'delete', key }] });
}

/** The revision `by` after. */
export function after(revision: Revision, by = 1): Revision {
  return parseRevision(revision + by);
}

/** The batches with changes under the prefixes from one revision to another, as a new watch gives them. */
export async function readBatches(
  store: Store,
  prefixes: readonly string[],
  from: Revision,
  to: Revision,
): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of store.watch(prefixes, from, new AbortController().signal)) {
    if (batch.changes.length > 0) batches.push(batch);
    if (batch.revision >= to) break;
  }
  return batches;
}

/** What a watch gives next; it must not have ended. */
export async function nextBatch(watch: AsyncIterator<Batch, void, undefined>): Promise<Batch> {
  const result = await watch.next();
  if (result.done === true) throw new Error('the watch has ended');
  return result.value;
}

/** The code of the error that a promise is rejected with; `resolved` if it isn't. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}
