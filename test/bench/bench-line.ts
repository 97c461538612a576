/** One measurement. A figure that the measurement doesn't have is null. */
export interface BenchLine {
  /** What was measured, for example `optimistic/add-column`. */
  readonly what: string;
  readonly tables: number;
  readonly columns: number;
  /** Microseconds from the text of an info to the effects of its step, the mean over all infos. */
  readonly per_info_us: number | null;
  /** Milliseconds for the whole: all infos, their answers folded, their acknowledgements, until the lock is gone. */
  readonly total_ms: number;
  /** Bytes of heap that the state holds while the lock is full, beyond those before it; null: not measured. */
  readonly heap_bytes: number | null;
}
