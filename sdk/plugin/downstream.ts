import type { Checkpoint } from './checkpoint';
import type { Position } from './position';
import type { RowChangeKind, RowImages, UpstreamTableName } from './upstream';

/** A table that shards are merged into. */
export interface TargetName {
  readonly schema: string;
  readonly table: string;
}

/** Changed rows of one event, on their way to their target. */
export interface RowChange {
  readonly target: TargetName;
  readonly source: string;
  /** The shard that they come from. */
  readonly table: UpstreamTableName;
  readonly change: RowChangeKind;
  readonly rows: readonly RowImages[];
  /** The columns of the shard at this position, in their order: a column of the target that isn't here gets its default. */
  readonly columns: readonly string[];
  readonly position: Position;
  /**
   * The event may have been applied before: the worker has read over it once already (after a crash, or on its way back
   * to a held place). Such rows must be applied in a repeatable way, for example as REPLACE and DELETE by key.
   */
  readonly repeated: boolean;
}

/** What a DDL's execution belongs to. */
export interface ExecutionContext {
  /** The same for every attempt to execute this DDL for this operation; a downstream may remember it. */
  readonly key: string;
  /** The operation's revision, a text of digits; null: a statement that isn't coordinated (CREATE TABLE, CREATE DATABASE). */
  readonly revision: string | null;
  /** Null: a statement about a database. */
  readonly target: TargetName | null;
  /** Aborted when the worker stops or the deadline has passed: the answer isn't waited for any more. */
  readonly signal: AbortSignal;
}

/** How an execution ended. */
export type ExecutionResult =
  | { readonly kind: 'done' }
  /** The downstream has this change already (duplicate column, can't drop, table exists): a success. */
  | { readonly kind: 'already-done' }
  /** `retryable`: the worker tries again after a pause; otherwise the table, or source, pauses until a person acts. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryable: boolean };

/**
 * Writes to one downstream. Both calls come at least once: after a crash the worker repeats what it doesn't know to be
 * done. A rejected promise counts as a failure that may be retried; no answer within the deadline (`PLUGIN_SILENT`) too.
 */
export interface DownstreamPlugin {
  /** Execute one statement that names the target. Rows of its table that came before it have been applied. */
  execute(ddl: string, context: ExecutionContext): Promise<ExecutionResult>;
  /**
   * Apply changes in their order; all or none, as far as the downstream can. One call at a time. May be called without
   * changes when `checkpoint` has to be stored.
   * @param checkpoint where a restart would go on when these changes are applied; null: needn't be stored now. With
   *   `storesPositions` it must be stored together with the changes before the promise resolves
   */
  apply(changes: readonly RowChange[], checkpoint: Checkpoint | null): Promise<void>;
  /** It stores checkpoints itself: then the worker has no checkpoint store. */
  readonly storesPositions?: boolean;
  /** The stored checkpoint; required with `storesPositions`. */
  loadPosition?(): Promise<Checkpoint | null>;
  close(): Promise<void>;
}
