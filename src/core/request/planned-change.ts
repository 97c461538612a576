import type { LockId } from '../model/lock-id';
import type { SourceId, UpstreamTable } from '../model/names';

/** What kind of thing a change concerns. */
export type ChangedRecord = 'info' | 'operation' | 'source-tables' | 'dropped-column' | 'lock' | 'other';

/** One thing that a manual action would do. */
export interface PlannedChange {
  /** Something is put or removed by the first step; or it follows when workers have answered. */
  readonly kind: 'put' | 'remove' | 'later';
  readonly record: ChangedRecord;
  /** The same for people. */
  readonly sentence: string;
  /** Whose it is; null: of none, or of several. */
  readonly source: SourceId | null;
  /** Null in pessimistic mode, or if it is of none. */
  readonly table: UpstreamTable | null;
  /** Of an operation, or of a lock that goes later: the lock. Else null. */
  readonly lockId: LockId | null;
  /** Of an operation: what its worker would execute, or skip. Else empty. */
  readonly ddls: readonly string[];
  /** Of a pessimistic operation: whether the DDLs would be executed, or skipped. Else null. */
  readonly exec: boolean | null;
}

/** A change of which no more is known than its sentence. */
export function saidChange(
  kind: PlannedChange['kind'],
  sentence: string,
  record: ChangedRecord = 'other',
): PlannedChange {
  return { kind, record, sentence, source: null, table: null, lockId: null, ddls: [], exec: null };
}
