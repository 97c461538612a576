import type { ConflictStage } from './conflict-stage';
import type { LockId } from './lock-id';
import type { SourceId, TaskName, UpstreamTable } from './names';

/**
 * What the coordinator answers for one upstream table (optimistic). `ddls` and `columns` are null, not empty, in a
 * redirect, because DM compares and prints the two differently.
 */
export interface OptimisticOperation {
  readonly lockId: LockId;
  readonly task: TaskName;
  readonly table: UpstreamTable;
  readonly ddls: readonly string[] | null;
  readonly stage: ConflictStage;
  /** Why, in words; empty without a conflict. */
  readonly message: string;
  /** Has the worker carried it out? */
  readonly done: boolean;
  /** Columns that this operation drops for the table, as written in the DDL. */
  readonly columns: readonly string[] | null;
}

/** What the coordinator answers for one source (pessimistic). */
export interface PessimisticOperation {
  readonly lockId: LockId;
  readonly task: TaskName;
  readonly source: SourceId;
  readonly ddls: readonly string[] | null;
  /** Execute downstream (the owner), or skip. */
  readonly exec: boolean;
  /** Has the worker carried it out? */
  readonly done: boolean;
}
