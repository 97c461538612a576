import type { LockstepError } from '../../src/core/model/error';
import type { UpstreamTableName, TargetName } from '../plugin';
import type { Operation, RevisionText } from './operation';
import type { Alteration, Shard } from './shard';

/** A shard that an order holds, and what it has met. */
export interface HeldShard {
  readonly shard: Shard;
  readonly alteration: Alteration;
}

/** Where an order stands. */
export type OrderPhase =
  /** It waits until an earlier order of the source has ended (pessimistic). */
  | { readonly kind: 'queued' }
  /** Rows before it aren't stored, or a stored checkpoint says that the DDL before is to be acknowledged: a checkpoint ends both. */
  | { readonly kind: 'settling' }
  | { readonly kind: 'reporting' }
  /** The report is stored; an operation has to come. */
  | { readonly kind: 'waiting' }
  /** Rows of other shards that came before have to be applied, then its DDLs are executed. */
  | { readonly kind: 'flushing'; readonly operation: Operation; readonly accepted: number }
  | { readonly kind: 'executing'; readonly operation: Operation }
  /** It is carried out, and a checkpoint that says so isn't stored yet. */
  | { readonly kind: 'storing'; readonly operation: Operation }
  | { readonly kind: 'acknowledging'; readonly operation: Operation }
  /** A person has to act; a newer operation goes on with it. */
  | { readonly kind: 'paused'; readonly error: LockstepError };

/** The coordination of one DDL: of one shard (optimistic), or of all shards of a target in this source (pessimistic). */
export interface Order {
  readonly id: string;
  /** Null in pessimistic mode. */
  readonly table: UpstreamTableName | null;
  readonly target: TargetName;
  readonly ddls: readonly string[];
  readonly held: readonly HeldShard[];
  attempt: string;
  phase: OrderPhase;
  lockId: string | null;
  /** An operation counts only if its revision is greater: that of the report, or of the last operation taken. */
  after: RevisionText;
  /** The newest operation that came while another was carried out, or before the report was answered. */
  newest: Operation | null;
  /** The operation that was carried out, for the checkpoint; null: none, or not wholly. */
  carriedOut: RevisionText | null;
}

/** Whether an operation ends with an acknowledgement when it is carried out. */
export function isAcknowledged({ conflictStage }: Operation): boolean {
  return conflictStage === null || conflictStage === 'NONE' || conflictStage === 'UNLOCKED';
}
