import type { Position } from './position';

/** An operation that was carried out and may not be acknowledged yet (README: *the way of one DDL*). */
export interface CarriedOut {
  /** Of the operation, a text of digits. */
  readonly revision: string;
  /** The place behind the DDL that it answers: where the table goes on once it is acknowledged. */
  readonly position: Position;
  /** The table's schema there, an index into `Checkpoint.schemas`. */
  readonly createTable: number;
}

/** What a checkpoint knows of one table. */
export interface TableCheckpoint {
  readonly schema: string;
  readonly table: string;
  /** Its schema where it stands, an index into `Checkpoint.schemas`. */
  readonly createTable: number;
  /** Present: it is behind, and has been handled up to here only (null: nothing of it). Absent: up to `Checkpoint.position`. */
  readonly at?: Position | null;
  readonly carriedOut?: CarriedOut;
  /** Present: it was created with this schema, which its target doesn't take yet; an index into `Checkpoint.schemas`. */
  readonly ahead?: number;
}

/**
 * What a restart needs, as plain JSON. A worker that starts from it reads on from the least place in it; what a table
 * has been handled up to isn't handled again.
 */
export interface Checkpoint {
  readonly version: 1;
  /** Everything up to here is handled, but for the tables that are behind. Null: nothing yet. */
  readonly position: Position | null;
  /** `CREATE TABLE` statements, each once; tables name them by index, so that 1,000 equal shards cost one text. */
  readonly schemas: readonly string[];
  /** All routed tables that exist, in the order of their names. */
  readonly tables: readonly TableCheckpoint[];
}

/** Keeps the checkpoint of each source. `save` must be durable when its promise resolves, and never leave half of one. */
export interface CheckpointStore {
  /** @returns null: there is none; the worker begins at the upstream's start */
  load(source: string): Promise<Checkpoint | null>;
  save(source: string, checkpoint: Checkpoint): Promise<void>;
  close(): Promise<void>;
}
