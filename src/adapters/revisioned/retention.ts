/** How much of the past a store of our own keeps. A revision goes when either bound is passed. */
export interface Retention {
  /** Revisions that are kept behind the last one. */
  readonly maxRevisions: number;
  /** Milliseconds after which a revision may go. */
  readonly maxAgeMs: number;
}

/** An hour, and 100,000 revisions: a reader that was away for longer reads the keys again, which costs no more. */
export const DEFAULT_RETENTION: Retention = { maxRevisions: 100_000, maxAgeMs: 3_600_000 };

/**
 * The revision that becomes the oldest readable one.
 * @param timeOf the wall time, in ms, at which a revision that is still kept was made
 * @returns a revision from `oldest` to `last`; `oldest` if nothing is to go
 */
export function compactionTarget(
  { oldest, last }: { readonly oldest: number; readonly last: number },
  retention: Retention,
  nowMs: number,
  timeOf: (revision: number) => number,
): number {
  const byCount = Math.max(oldest, last - retention.maxRevisions);
  const isOld = (revision: number) => timeOf(revision) < nowMs - retention.maxAgeMs;
  // Times grow with revisions, so the first young one is found by halving. The last revision always stays.
  let low = byCount;
  let high = last;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isOld(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
