import { LockstepError } from '../core/model/error';
import { parseRevision } from '../core/model/revision';
import type { Revision } from '../core/model/revision';
import type { Batch, KeyValue } from '../core/model/store';
import type { Clock } from '../ports/clock';
import type { Store } from '../ports/store';

/** Everything that the coordinator reads. */
export const FOLLOWED_PREFIXES: readonly string[] = ['/dm-master/', '/dm-worker/', '/lockstep/'];

/** How long the follower waits before it tries a store again that can't be reached, in milliseconds. */
const RETRY_MS = 500;

/** What a follower tells. */
export interface FollowerTarget {
  /** Build the state anew from what is stored at `revision`. */
  readonly rebuild: (values: readonly KeyValue[], revision: Revision) => void;
  /** The next changes, in order. */
  readonly apply: (batch: Batch) => void;
  /** The store can't be reached; null: it can again. */
  readonly report: (trouble: LockstepError | null) => void;
}

/**
 * Reads the store's changes from a revision on, for ever: over cuts from where it was, over compactions with a new
 * snapshot. What isn't an operating error ends it.
 */
export async function follow(
  store: Store,
  clock: Clock,
  target: FollowerTarget,
  signal: AbortSignal,
  from: Revision,
): Promise<void> {
  let next: Revision | null = from;
  while (!signal.aborted) {
    try {
      next ??= await snapshot(store, target);
      target.report(null);
      for await (const batch of store.watch(FOLLOWED_PREFIXES, next, signal)) {
        target.apply(batch);
        next = parseRevision(batch.revision + 1);
      }
    } catch (error) {
      if (hasEnded(signal)) return;
      if (!(error instanceof LockstepError)) throw error;
      // What was compacted away is never seen again, so the state is built anew.
      if (error.code === 'STORE_COMPACTED') next = null;
      target.report(error);
      await pause(clock, RETRY_MS, signal);
    }
  }
}

/** Whether the follower was told to end, which may happen while it waits. */
function hasEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Read everything of one revision; the revision to watch from. */
export async function snapshot(store: Store, target: Pick<FollowerTarget, 'rebuild'>): Promise<Revision> {
  const [first = '', ...others] = FOLLOWED_PREFIXES;
  const { values, revision } = await store.range(first);
  const more: KeyValue[] = [];
  for (const prefix of others) {
    const found = revision === 0 ? await store.range(prefix) : await store.range(prefix, { revision });
    more.push(...found.values);
  }
  target.rebuild([...values, ...more], revision);
  return parseRevision(revision + 1);
}

/** Wait; not longer than until the signal aborts. */
export async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const stop = clock.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}
