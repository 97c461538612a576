/** Histories that have shown a defect once: they are played in every run. What was wrong stands beside each. */
export const KEPT_SEEDS: readonly number[] = [
  // A lock ended before a worker, which was cut off, was told of its operation, and took that with it.
  53,
  // The downstream took rows late: behind the DDL of another shard, which was given when theirs was reported. No column was left.
  4,
];
