import type { ErrorCode } from './error-catalogue';
import type { ErrorFields } from './error';
import type { LockId } from './lock-id';
import type { Mode } from './mode';
import type { SourceId, TaskName, UpstreamTable } from './names';
import type { Revision } from './revision';

/** What a person asks for. `ifIncarnation` makes it fail with LOCK_CHANGED when a new lock of the same ID has come; null: any. */
export type ActionInput =
  | {
      readonly kind: 'put-task';
      readonly task: TaskName;
      readonly mode: Mode;
      /** All that the task has. */
      readonly sources: readonly SourceId[];
    }
  | {
      readonly kind: 'unlock-optimistic';
      readonly lockId: LockId;
      readonly ifIncarnation: Revision | null;
      /** The tables to release; empty: all that `sources` has in conflict. */
      readonly tables: readonly UpstreamTable[];
      /** Only tables of these; empty: of any. */
      readonly sources: readonly SourceId[];
      /** Execute the reported DDLs downstream after all, or pretend that they were. */
      readonly exec: boolean;
      /** Also tables that wait for a redirect or are in stage error. */
      readonly force: boolean;
    }
  | {
      readonly kind: 'unlock-pessimistic';
      readonly lockId: LockId;
      readonly ifIncarnation: Revision | null;
      /** This source executes instead of the owner; null: the owner. */
      readonly owner: SourceId | null;
      /** Only these skip; empty: all that are synced. */
      readonly sources: readonly SourceId[];
      /** Remove the lock even if the owner doesn't execute. */
      readonly forceRemove: boolean;
      /** How long each of the two waits may last. */
      readonly waitMs: number;
    }
  | {
      readonly kind: 'break';
      readonly task: TaskName;
      readonly source: SourceId;
      readonly exec: boolean;
      /** Remove this lock even if the source doesn't answer; null: none. */
      readonly removeId: LockId | null;
      readonly ifIncarnation: Revision | null;
      /** Also while automation could still resolve the lock. */
      readonly force: boolean;
      readonly waitMs: number;
    }
  | {
      readonly kind: 'remove-meta';
      readonly task: TaskName;
      /** Empty: all sources. */
      readonly sources: readonly SourceId[];
      /** Also while workers of the task are alive. */
      readonly force: boolean;
    }
  | {
      readonly kind: 'exclude-source';
      readonly task: TaskName;
      readonly source: SourceId;
      /** Take the source in again. */
      readonly undo: boolean;
    }
  | {
      readonly kind: 'retry-info';
      readonly task: TaskName;
      readonly source: SourceId;
      /** Null: the source's info (pessimistic). */
      readonly table: UpstreamTable | null;
    };

/** Which manual action. */
export type ActionKind = ActionInput['kind'];

/** What a person names: the two kinds of unlock are one. */
export type ActionMutation = 'unlock' | Exclude<ActionKind, 'unlock-optimistic' | 'unlock-pessimistic'>;

/** What a person names who asks for this. */
export function mutationOf({ kind }: ActionInput): ActionMutation {
  return kind === 'unlock-optimistic' || kind === 'unlock-pessimistic' ? 'unlock' : kind;
}

/** asked → running → done, failed or expired. */
export type ActionState = 'asked' | 'running' | 'done' | 'failed' | 'expired';

/** Why an action, or its part for one worker, failed. */
export interface ActionFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fields: ErrorFields;
}

/** How an action went for one source. */
export interface ActionWorkerResult {
  readonly source: SourceId;
  /** Null: it did what was asked. */
  readonly failure: ActionFailure | null;
}

/** What an action came to. */
export interface ActionResult {
  /** Null: it succeeded. */
  readonly failure: ActionFailure | null;
  readonly workers: readonly ActionWorkerResult[];
  /** Sentences for people: what was put, executed, removed. */
  readonly changes: readonly string[];
}

/** How far a running action is; what the leader needs to go on with it after a fail-over. */
export type ActionProgress =
  /** Unlock (optimistic): so many tables are released. */
  | { readonly kind: 'unlocking'; readonly released: number }
  /** Unlock (pessimistic): `owner` was told to execute; these sources were forced ready. */
  | {
      readonly kind: 'waiting-for-owner';
      readonly incarnation: Revision;
      readonly owner: SourceId;
      readonly forced: readonly SourceId[];
      /** The owner before, if it was replaced. */
      readonly replaced: SourceId | null;
    }
  /** Unlock (pessimistic): the others were told to skip. */
  | {
      readonly kind: 'waiting-for-others';
      readonly incarnation: Revision;
      readonly owner: SourceId;
      readonly others: readonly SourceId[];
      readonly ownerFailure: ActionFailure | null;
    }
  /**
   * Remove meta, in parts: so many of the named sources are gone, and for those that come next the locks up to this one are
   * through (null: none). Meanwhile nothing else is written for the task.
   */
  | { readonly kind: 'removing'; readonly sources: number; readonly lockId: LockId | null }
  /** Break: the source was told. */
  | { readonly kind: 'waiting-for-source'; readonly lockId: LockId };

/** One manual action from the request to its result: the mechanism of all of them, and the audit trail (8-settled.md). */
export interface ActionRecord {
  readonly id: string;
  readonly input: ActionInput;
  readonly actor: string;
  /** Why the person did it; empty: not said. */
  readonly reason: string;
  readonly state: ActionState;
  readonly askedAtMs: number;
  /** When the running wait ends, by the leader's clock; null: nothing is waited for. */
  readonly deadlineMs: number | null;
  /** Null unless running. */
  readonly progress: ActionProgress | null;
  /** Null until it has ended. */
  readonly result: ActionResult | null;
  /** When it ended; null: not yet. */
  readonly endedAtMs: number | null;
}
