import type { ActionInput, ActionMutation, ActionRecord } from '../core/model/action';
import type { LockstepError } from '../core/model/error';
import type { EventCursor } from '../core/model/event-cursor';
import type { SourceId, TaskName } from '../core/model/names';
import type { Mode } from '../core/model/records';
import type { PublishedEvent } from '../core/model/published-event';
import type { Result } from '../core/model/result';
import type { Revision } from '../core/model/revision';
import type { StoreUsage } from '../core/model/store';
import type { Acknowledgement } from '../core/request/acknowledge';
import type { OperationView } from '../core/request/operation-view';
import type { PlannedChange } from '../core/request/planned-change';
import type { InfoReport, ReportedInfo, SourceInfoReport } from '../core/request/report';
import type { SessionRef } from '../core/request/session';
import type { ReportedStatus } from '../core/request/status';
import type { RegisteredTable } from '../core/request/source-tables';
import type { CoordinatorState } from '../core/state/coordinator-state';
import type { ForeseenSchema } from '../core/state/foreseen-schemas';

/** What a request gives: a value, or an error that a user can expect. Defects and lost stores are thrown. */
export type Outcome<T> = Promise<Result<T, LockstepError>>;

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
  /** This start of the worker's process: the same one gets the same session; null: a new session in any case. */
  readonly instance: string | null;
  /** The version of the worker's program; absent: it doesn't say. */
  readonly version?: string | null;
}

/** A session as its worker knows it. */
export interface SessionGrant extends SessionRef {
  readonly worker: string;
  readonly ttlMs: number;
}

/** What a report carries beside the core's part. */
export interface ReportInfoInput extends InfoReport {
  /** The source's default collation for schemas that don't say; null: utf8mb4_bin. */
  readonly defaultCollation: string | null;
}

/** Why a worker couldn't carry out an operation. */
export interface FailOperationInput {
  /** Null in pessimistic mode. */
  readonly table: { readonly schema: string; readonly table: string } | null;
  readonly revision: Revision;
  readonly reason: string;
  /** Whether the worker goes on trying. */
  readonly retryable: boolean;
}

/** What a worker says of itself, for `query-status`. */
export type WorkerStatusInput = Omit<ReportedStatus, 'atMs'>;

/** What names a manual action that was asked for. */
export interface ActionName {
  readonly mutation: ActionMutation;
  readonly actor: string;
  /** Null: every request is its own. */
  readonly idempotencyKey: string | null;
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
  /** What it has done, in sentences; in a dry run what its record would say. */
  readonly changes: readonly string[];
  /** In a dry run: what its first step would put and remove. */
  readonly plan: readonly PlannedChange[];
  /** In a dry run: what the optimistic locks that it changes would join to. */
  readonly schemas: readonly ForeseenSchema[];
  /** The same request was made before, with the same idempotency key: this is its stored result. */
  readonly repeated: boolean;
}

/** Events in order, and how far they go. */
export interface EventSlice {
  readonly events: readonly PublishedEvent[];
  /** Every event up to here was looked at. */
  readonly position: EventCursor;
}

/** Where events are read: the newest from memory, older ones from the journal in the store. */
export interface LockEventSource {
  /** The newest place: everything up to it has happened to `state`, and what comes later will be told. */
  readonly head: EventCursor;
  /** Whether everything after this place can still be read. */
  reachesBack(after: EventCursor): boolean;
  /** The place before the oldest event of which nothing is gone; at most `most`. */
  oldest(most: EventCursor): EventCursor;
  /** At most `most` events after a place, up to and including another, as far as memory has them; null: it has not. */
  recent(after: EventCursor, until: EventCursor, most: number): EventSlice | null;
  /** As `recent`, from the journal if need be. Null: the journal doesn't reach back so far. */
  read(after: EventCursor, until: EventCursor, most: number): Promise<EventSlice | null>;
  /** Some of the events after a place and before another, the newest of them; what is trimmed is left out. */
  readBack(after: EventCursor, before: EventCursor): Promise<EventSlice>;
  /** Resolves when the state has seen the revision of a place; false: it is of another store, or of another server's memory. */
  caughtUp(place: EventCursor): Promise<boolean>;
  /** Call `listener` whenever `head` may have moved. @returns stops it */
  onPublished(listener: () => void): () => void;
}

/** Which server answers, and where it keeps its state. */
export interface ServerIdentity {
  /** New with each start. */
  readonly id: string;
  readonly version: string;
  readonly storeKind: 'memory' | 'embedded' | 'etcd';
  /** Whether it takes part in deciding, or only looks on while a dm-master does. */
  readonly role: 'coordinating' | 'observing';
}

/** Everything that requests can do; the GraphQL resolvers call nothing else. */
export interface CoordinatorService {
  /** What the server knows now; read only. */
  readonly state: CoordinatorState;
  /** What happened to locks. */
  readonly events: LockEventSource;
  /** Which server this is. */
  readonly server: ServerIdentity;
  /** The server's clock, in milliseconds since 1970. */
  nowMs(): number;

  registerWorker(input: RegisterWorkerInput): Outcome<SessionGrant>;
  renewWorker(session: SessionRef): Outcome<SessionGrant>;
  /** @param forGood the source leaves its task as well */
  leaveWorker(session: SessionRef, forGood: boolean): Outcome<null>;
  /** @param after the revision of the source's tables that the worker knows; null: it doesn't say */
  putSourceTables(
    session: SessionRef,
    tables: readonly RegisteredTable[],
    defaultCollation: string | null,
    after?: Revision | null,
  ): Outcome<Revision>;
  addSourceTable(
    session: SessionRef,
    table: RegisteredTable,
    defaultCollation: string | null,
    after?: Revision | null,
  ): Outcome<Revision>;
  removeSourceTable(
    session: SessionRef,
    table: { readonly schema: string; readonly table: string },
    after?: Revision | null,
  ): Outcome<Revision>;
  reportInfo(session: SessionRef, input: ReportInfoInput): Outcome<ReportedInfo>;
  reportSourceInfo(session: SessionRef, input: SourceInfoReport): Outcome<ReportedInfo>;
  /** @param table null in pessimistic mode */
  acknowledgeOperation(
    session: SessionRef,
    table: { readonly schema: string; readonly table: string } | null,
    revision: Revision,
  ): Outcome<Acknowledgement>;
  failOperation(session: SessionRef, input: FailOperationInput): Outcome<null>;
  /** @param table null in pessimistic mode */
  extendOperation(
    session: SessionRef,
    table: { readonly schema: string; readonly table: string } | null,
    revision: Revision,
  ): Outcome<null>;
  reportStatus(session: SessionRef, status: WorkerStatusInput): Outcome<null>;

  /** Operations of a source that aren't done. */
  pendingOperations(task: TaskName, source: SourceId): readonly OperationView[];
  /** First every undone operation above `after`, then changes; coalesced per table, the newest wins. Ends with `signal`. */
  operations(task: TaskName, source: SourceId, after: Revision, signal: AbortSignal): AsyncIterable<OperationView>;

  /** The action that was asked for under this name; null: none was. What it was asked for doesn't depend on the present. */
  storedAction(name: ActionName): ActionRecord | null;
  act(request: ActionRequest): Outcome<ActionAnswer>;

  /** How full the store is; null: it isn't known, or has no end. */
  readonly usage: StoreUsage | null;

  /** Whether the store is reachable and the state caught up; if not, why. */
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
}

export type { Acknowledgement, OperationView, RegisteredTable, ReportedInfo, SessionRef, SourceInfoReport };
