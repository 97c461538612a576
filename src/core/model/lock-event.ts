import type { ErrorCode } from './error-catalogue';
import type { ConflictStage } from './conflict-stage';
import type { LockId } from './lock-id';
import type { SourceId, TaskName, UpstreamTable } from './names';
import type { Mode } from './mode';
import type { Revision } from './revision';

/** What every event about a lock names. */
interface OfLock {
  readonly task: TaskName;
  readonly lockId: LockId;
  /** The creation revision of the lock, which tells it from later ones of the same ID. */
  readonly incarnation: Revision;
  readonly mode: Mode;
}

/** One source, and in optimistic mode one of its tables. */
export interface Participant {
  readonly source: SourceId;
  /** Null in pessimistic mode. */
  readonly table: UpstreamTable | null;
}

/**
 * What happened to locks, for journal, subscriptions and alerts: identifiers, DDLs and the arguments of the sentence for
 * people; never schemas.
 */
export type LockEvent =
  | (OfLock & {
      readonly kind: 'LockCreated';
      readonly by: Participant;
      readonly ddls: readonly string[];
    })
  | (OfLock & {
      readonly kind: 'InfoReceived';
      readonly participant: Participant;
      readonly ddls: readonly string[];
      readonly infoRevision: Revision;
    })
  | (OfLock & {
      readonly kind: 'ConflictDetected';
      readonly participant: Participant;
      readonly code: ErrorCode;
      readonly message: string;
      readonly ddls: readonly string[];
    })
  | (OfLock & {
      readonly kind: 'OperationPut';
      readonly participant: Participant;
      readonly ddls: readonly string[];
      /** Pessimistic: execute or skip; null in optimistic mode. */
      readonly exec: boolean | null;
      /** Null in pessimistic mode. */
      readonly stage: ConflictStage | null;
      readonly message: string;
    })
  | (OfLock & { readonly kind: 'OperationDone'; readonly participant: Participant })
  | (OfLock & { readonly kind: 'LockSynced' })
  | (OfLock & { readonly kind: 'LockResolved' })
  | (OfLock & {
      readonly kind: 'LockUnlocked';
      readonly actionId: string;
      readonly participants: readonly Participant[];
    })
  | (OfLock & {
      readonly kind: 'LockBroken';
      readonly actionId: string;
      readonly participant: Participant;
      readonly exec: boolean;
    })
  | (OfLock & { readonly kind: 'TableAdded' | 'TableRemoved'; readonly participant: Participant })
  | {
      readonly kind: 'MetaRemoved';
      readonly task: TaskName;
      readonly sources: readonly SourceId[];
      readonly actionId: string;
    }
  | {
      readonly kind: 'WorkerOnline' | 'WorkerOffline';
      readonly task: TaskName;
      readonly source: SourceId;
      readonly worker: string;
    }
  | {
      readonly kind: 'Divergence';
      readonly task: TaskName;
      readonly lockId: LockId;
      readonly participant: Participant;
      readonly message: string;
    };
