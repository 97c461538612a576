import type { ActionInput, ActionRecord } from '../core/model/action';
import type { ConflictStage } from '../core/model/conflict-stage';
import type { LockstepError } from '../core/model/error';
import type { LockId } from '../core/model/lock-id';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../core/model/names';
import type { Mode, TaskRecord } from '../core/model/records';
import type { Result } from '../core/model/result';
import type { Revision } from '../core/model/revision';
import type { CoordinatorState } from '../core/state/coordinator-state';

/** What a request gives: a value, or an error that a user can expect. Defects and lost stores are thrown. */
export type Outcome<T> = Promise<Result<T, LockstepError>>;

/** Which session a worker's request belongs to; another worker's, or an older one, is refused as STALE_SESSION. */
export interface SessionRef {
  readonly task: TaskName;
  readonly source: SourceId;
  readonly sessionId: string;
}

/** A worker that wants to speak for a source of a task. */
export interface RegisterWorkerInput {
  readonly worker: string;
  readonly task: TaskName;
  readonly mode: Mode;
  readonly source: SourceId;
  /** All sources that the worker expects the task to have; null: it doesn't know. */
  readonly expectedSources: readonly SourceId[] | null;
  /** How long the session lives without renewal, in milliseconds. */
  readonly ttlMs: number;
}

/** A session as its worker knows it. */
export interface SessionGrant extends SessionRef {
  readonly worker: string;
  /** Larger than that of every earlier session of the source. */
  readonly epoch: Revision;
  readonly ttlMs: number;
}

/** One upstream table with its route and, where the worker knows it, its schema as `CREATE TABLE`. */
export interface RegisteredTable {
  readonly schema: string;
  readonly table: string;
  readonly target: DownstreamTable;
  /** Null: not known. */
  readonly createTable: string | null;
}

/** An upstream table met DDLs (optimistic). */
export interface ReportInfoInput {
  readonly schema: string;
  readonly table: string;
  readonly target: DownstreamTable;
  /** DDLs that name the target. */
  readonly ddls: readonly string[];
  /** The table's schema before the first DDL, as `CREATE TABLE`. */
  readonly createTableBefore: string;
  /** The schemas after each DDL as `CREATE TABLE`; null: they follow from the DDLs. */
  readonly createTablesAfter: readonly string[] | null;
  readonly ignoreConflict: boolean;
  /** Unique per reading of these DDLs at their position; a repetition writes nothing. */
  readonly attempt: string;
  /** The source's default collation for schemas that don't say; null: utf8mb4_bin. */
  readonly defaultCollation: string | null;
}

/** All shards of a source met DDLs (pessimistic). */
export interface ReportSourceInfoInput {
  readonly target: DownstreamTable;
  readonly ddls: readonly string[];
  readonly attempt: string;
}

/** What a report answers: the revision of the info, from which the worker waits for its operation. */
export interface ReportedInfo {
  readonly lockId: LockId;
  readonly revision: Revision;
  /** The same attempt was reported before: nothing was written. */
  readonly repeated: boolean;
}

/** An operation as a worker gets it. */
export interface OperationView {
  readonly task: TaskName;
  readonly source: SourceId;
  /** Null in pessimistic mode. */
  readonly table: UpstreamTable | null;
  readonly lockId: LockId;
  /** Null in a redirect. */
  readonly ddls: readonly string[] | null;
  /** Pessimistic: execute or skip; null in optimistic mode. */
  readonly exec: boolean | null;
  /** Null in pessimistic mode. */
  readonly stage: ConflictStage | null;
  readonly message: string;
  readonly columns: readonly string[];
  readonly done: boolean;
  /** The revision of the coordinator's put, which an acknowledgement names. */
  readonly revision: Revision;
}

/** How an acknowledgement ended; all but `stale` are successes. */
export type Acknowledgement =
  | { readonly kind: 'acknowledged' | 'already-acknowledged'; readonly revision: Revision }
  /** The lock ended meanwhile, and the operation with it. */
  | { readonly kind: 'gone' }
  /** A newer operation is there. */
  | { readonly kind: 'stale'; readonly operation: OperationView };

/** Why a worker couldn't carry out an operation. */
export interface FailOperationInput {
  /** Null in pessimistic mode. */
  readonly table: { readonly schema: string; readonly table: string } | null;
  readonly revision: Revision;
  readonly reason: string;
  /** Whether the worker goes on trying. */
  readonly retryable: boolean;
}

/** A sharding group inside one source that isn't complete (pessimistic). */
export interface FormingGroup {
  readonly target: DownstreamTable;
  readonly ddls: readonly string[];
  /** Position of the first DDL, as the worker writes it. */
  readonly firstPosition: string;
  readonly synced: readonly { readonly schema: string; readonly table: string }[];
  readonly unsynced: readonly { readonly schema: string; readonly table: string }[];
}

/** What a worker says of itself, for `query-status`. */
export interface WorkerStatusInput {
  /** Where it reads, as it writes positions. */
  readonly position: string | null;
  /** How far behind the source it is; null: not known. */
  readonly delayMs: number | null;
  /** The DDLs that it is blocked on; empty: it isn't. */
  readonly blockingDdls: readonly string[];
  readonly blockingLockId: LockId | null;
  readonly formingGroups: readonly FormingGroup[];
  /** For example `running`, `paused`. */
  readonly stage: string;
}

/** Who asks for a manual action, and how. */
export interface ActionRequest {
  readonly input: ActionInput;
  readonly actor: string;
  readonly reason: string;
  /** Null: every request is its own. */
  readonly idempotencyKey: string | null;
  /** How long to wait for the action's end before it is answered as pending; at most 20,000. */
  readonly waitMs: number;
  /** Plan only: nothing is written. */
  readonly dryRun: boolean;
}

/** What a manual action came to, or would come to. */
export interface ActionAnswer {
  /** Its record; in a dry run as it would end, without an ID. */
  readonly action: ActionRecord;
  /** Whether it still runs. */
  readonly pending: boolean;
  readonly dryRun: boolean;
  /** What is, or would be, put and deleted: sentences. */
  readonly changes: readonly string[];
}

/** Everything that requests can do; the GraphQL resolvers call nothing else. */
export interface CoordinatorService {
  /** What the server knows now; read only. */
  readonly state: CoordinatorState;

  registerWorker(input: RegisterWorkerInput): Outcome<SessionGrant>;
  renewWorker(session: SessionRef): Outcome<SessionGrant>;
  /** @param forGood the source leaves its task as well */
  leaveWorker(session: SessionRef, forGood: boolean): Outcome<null>;
  putSourceTables(session: SessionRef, tables: readonly RegisteredTable[], defaultCollation: string | null): Outcome<Revision>;
  addSourceTable(session: SessionRef, table: RegisteredTable, defaultCollation: string | null): Outcome<Revision>;
  removeSourceTable(session: SessionRef, table: { readonly schema: string; readonly table: string }): Outcome<Revision>;
  reportInfo(session: SessionRef, input: ReportInfoInput): Outcome<ReportedInfo>;
  reportSourceInfo(session: SessionRef, input: ReportSourceInfoInput): Outcome<ReportedInfo>;
  /** @param table null in pessimistic mode */
  acknowledgeOperation(session: SessionRef, table: { readonly schema: string; readonly table: string } | null, revision: Revision): Outcome<Acknowledgement>;
  failOperation(session: SessionRef, input: FailOperationInput): Outcome<null>;
  reportStatus(session: SessionRef, status: WorkerStatusInput): Outcome<null>;

  /** Operations of a source that aren't done. */
  pendingOperations(task: TaskName, source: SourceId): readonly OperationView[];
  /** First every undone operation above `after`, then changes; coalesced per table, the newest wins. Ends with `signal`. */
  operations(task: TaskName, source: SourceId, after: Revision, signal: AbortSignal): AsyncIterable<OperationView>;

  putTask(task: TaskName, mode: Mode, sources: readonly SourceId[]): Outcome<TaskRecord>;
  act(request: ActionRequest): Outcome<ActionAnswer>;

  /** Whether the store is reachable and the state caught up; if not, why. */
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
}
