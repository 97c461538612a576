import { LockstepError } from '../core/model/error';
import { NO_REVISION, parseRevision } from '../core/model/revision';
import type { Revision } from '../core/model/revision';
import type { Batch, KeyValue } from '../core/model/store';
import type { Clock } from '../ports/clock';
import type { ReadableStore } from '../ports/store';
import { STARTS_FROM } from './starts-from';

/** Everything that the coordinator reads. */
export const FOLLOWED_PREFIXES: readonly string[] = ['/dm-master/', '/dm-worker/', '/lockstep/'];

/** How long the follower waits before it tries a store again that can't be reached, in milliseconds. */
const RETRY_MS = 500;

/** How often the last revision is read anew because it was compacted meanwhile. */
const ATTEMPTS = 5;

/** A state that is built anew, and takes the place of the old one at its end. */
export interface Rebuilding {
  /** The next changes, in order. */
  readonly apply: (batch: Batch) => void;
  readonly end: () => void;
}

/** What a follower tells. */
export interface FollowerTarget {
  /** Begin to build the state anew, from what is stored at `revision`. */
  readonly rebuild: (values: readonly KeyValue[], revision: Revision) => Rebuilding;
  /** The next changes, in order; those behind them come when it is done. */
  readonly apply: (batch: Batch) => void | Promise<void>;
  /** The store can't be reached; null: it can again. */
  readonly report: (trouble: LockstepError | null) => void;
}

/**
 * Reads the store's changes from a revision on, for ever: over cuts from where it was, over compactions with a new
 * snapshot. What isn't an operating error ends it.
 * @param read how a snapshot is made
 */
export async function follow(
  store: ReadableStore,
  clock: Clock,
  target: FollowerTarget,
  signal: AbortSignal,
  from: Revision,
  read: typeof snapshot = snapshot,
): Promise<void> {
  let next: Revision | null = from;
  while (!signal.aborted) {
    try {
      next ??= await read(store, target);
      // A watch that can't be opened says so late: only an answer tells that the store is there.
      await store.revision();
      target.report(null);
      for await (const batch of store.watch(FOLLOWED_PREFIXES, next, signal)) {
        await target.apply(batch);
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

/** Whether somebody was told to end, which may have happened while something was awaited. */
export function hasEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

/**
 * Build the state from what is stored; the revision to watch from. What the store holds while a leader still owes
 * something doesn't tell all that has happened, so it is read as it was when nothing was owed, and the changes since are
 * read like any others. Where these are compacted the last revision must do.
 */
export async function snapshot(store: ReadableStore, target: Pick<FollowerTarget, 'rebuild'>): Promise<Revision> {
  const settled = await readSettled(store);
  if (settled === null) return await rebuildLast(store, target);
  try {
    return await rebuildAt(store, target, settled);
  } catch (error) {
    const isGone = error instanceof LockstepError && GONE.has(error.code);
    if (!isGone) throw error;
    return await rebuildLast(store, target);
  }
}

/** A revision that can't be read: compacted, or, in a store that was set back, yet to come. */
const GONE: ReadonlySet<string> = new Set(['STORE_COMPACTED', 'INVALID_INPUT']);

/** The revision at which nothing was owed; null: nobody has recorded one that this program can read. */
async function readSettled(store: ReadableStore): Promise<Revision | null> {
  const stored = await store.get(STARTS_FROM.key);
  return stored === null ? null : STARTS_FROM.revisionIn(stored.value);
}

/**
 * Build the state from everything at the last revision. One that is compacted while it is read is left for a later one.
 * @throws LockstepError STORE_COMPACTED if the store is compacted faster than it can be read
 */
export async function rebuildLast(store: ReadableStore, target: Pick<FollowerTarget, 'rebuild'>): Promise<Revision> {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await rebuildAt(store, target);
    } catch (error) {
      const isCompacted = error instanceof LockstepError && error.code === 'STORE_COMPACTED';
      if (!isCompacted || left === 0) throw error;
    }
  }
}

/** Everything that the coordinator reads, as it was at a revision. @throws LockstepError STORE_COMPACTED */
export async function readFollowed(store: ReadableStore, at: Revision): Promise<readonly KeyValue[]> {
  const values: KeyValue[] = [];
  // Before its first change a store has no revision that could be read.
  const options = at === NO_REVISION ? {} : { revision: at };
  for (const prefix of FOLLOWED_PREFIXES) values.push(...(await store.range(prefix, options)).values);
  return values;
}

/** Build the state from everything at one revision, the last if none is named, and the changes since. */
async function rebuildAt(
  store: ReadableStore,
  target: Pick<FollowerTarget, 'rebuild'>,
  settled?: Revision,
): Promise<Revision> {
  const last = await store.revision();
  const at = settled ?? last;
  const rebuilding = target.rebuild(await readFollowed(store, at), at);
  let seen = at;
  if (seen < last) {
    const { signal } = new AbortController();
    for await (const batch of store.watch(FOLLOWED_PREFIXES, parseRevision(at + 1), signal)) {
      rebuilding.apply(batch);
      seen = batch.revision;
      if (seen >= last) break;
    }
  }
  rebuilding.end();
  return parseRevision(seen + 1);
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
