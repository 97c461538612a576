import type { Checkpoint, TargetName, UpstreamTableName } from '../plugin';

/** A routed table of the source, with its schema under the name of its target. */
export interface SourceTable {
  readonly table: UpstreamTableName;
  readonly target: TargetName;
  readonly createTable: string;
}

/** A table that a source has at its start, as the upstream tells it. */
export interface StartTable {
  readonly table: UpstreamTableName;
  readonly createTable: string;
}

/** Where an engine begins: at the upstream's start with its tables there, or at a checkpoint. */
export type EngineStart =
  | { readonly kind: 'tables'; readonly tables: readonly StartTable[] }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint };
