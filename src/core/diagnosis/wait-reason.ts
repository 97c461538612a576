import type { SourceId, UpstreamTable } from '../model/names';

/** Why a lock waits. */
export type WaitKind =
  /** Nobody has said which sources the task has. */
  | 'sources-not-declared'
  /** A source, or a table, hasn't reported its DDLs. */
  | 'info-missing'
  /** A table doesn't have the joined schema yet, or a group inside a source is forming. */
  | 'shards-missing'
  | 'owner-not-done'
  | 'operation-not-done'
  | 'conflict'
  | 'redirect'
  | 'error'
  | 'ddls-differ'
  /** An operation of another lock of the same source comes first. */
  | 'previous-operation'
  | 'info-not-answered'
  | 'info-unreadable'
  | 'action-running';

/** One thing that a lock waits for. */
export interface WaitReason {
  readonly kind: WaitKind;
  /** For people: who, why, since when. */
  readonly sentence: string;
  /** Null: it is no source that is waited for. */
  readonly source: SourceId | null;
  /** Null: no single table. */
  readonly table: UpstreamTable | null;
  /** Null: nobody knows. */
  readonly sinceMs: number | null;
}
