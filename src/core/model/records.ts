import type { LockId } from './lock-id';
import type { LockEvent } from './lock-event';
import type { Mode } from './mode';
import type { DownstreamTable, SourceId, TaskName } from './names';
import type { Revision } from './revision';
import type { LeaseId } from './store';

export type { Mode };

/**
 * What the coordinator has decided for one upstream table of a lock, so that a restart restores it instead of deciding
 * again (3-optimistic.md, *Recovery*). Schemas are named by the fingerprint of their shape.
 */
export interface DecisionRecord {
  /** The revision of the info that it answers; 0: the table has not reported in this lock. */
  readonly infoRevision: Revision;
  readonly normal: string;
  readonly conflict: string | null;
  /** Whether the table has carried out its last operation. */
  readonly done: boolean;
  /** The revision at which the table's operation was put; null: in the transaction that put this record. */
  readonly operationRevision: Revision | null;
  /** What made the record: an info, a redirect, a person's unlock, the table's joining, its acknowledgement, a
   * person who wants the info decided again. */
  readonly by: 'info' | 'redirect' | 'unlock' | 'member' | 'done' | 'retry';
  readonly atMs: number;
  /** The schema `normal`, as TiDB's table info; absent where it stands elsewhere: last in the info, in the lock, or as registered. */
  readonly schema?: string;
  /** The schema `conflict`, likewise. */
  readonly conflictSchema?: string;
}

/** What is kept of an optimistic lock as a whole. */
export interface OptimisticLockRecord {
  readonly mode: 'optimistic';
  readonly lockId: LockId;
  readonly task: TaskName;
  readonly target: DownstreamTable;
  /** The creation revision. */
  readonly incarnation: Revision;
  /** The initial schema, as TiDB's table info. */
  readonly initial: string;
  /** Whether it was told that the lock is synced, and it is still. */
  readonly synced: boolean;
  readonly createdAtMs: number;
}

/** What one source was told in a pessimistic lock. */
export type PessimisticOrder = 'exec' | 'skip';

/**
 * What is kept of one source of a pessimistic lock that has done, or was told, something. Each source has a record of its
 * own, so that a report costs the same in a lock of ten sources and in one of a hundred thousand.
 */
export interface ParticipantRecord {
  /** Has it reported the lock's DDLs? */
  readonly ready: boolean;
  /** Has it carried out its part? */
  readonly done: boolean;
  /** What it was told and hasn't acknowledged; null: nothing. */
  readonly order: PessimisticOrder | null;
  /** The revision at which its last operation was put, 0: never; null: in the transaction that put this record. */
  readonly orderRevision: Revision | null;
  /** The last info that counted for the lock; 0: none. */
  readonly infoRevision: Revision;
  /** When any of that changed last. */
  readonly atMs: number;
}

/** The sources of a pessimistic lock when it last took in sources of its task; others have records of their own. */
export interface LockSourcesRecord {
  readonly sources: readonly SourceId[];
}

/** An info with other DDLs than its lock's, of which the journal tells. */
export interface DdlConflictRecord {
  readonly infoRevision: Revision;
}

/** A person's unlock that runs on a pessimistic lock: until it ends the lock counts as synced. */
export interface PessimisticUnlock {
  readonly actionId: string;
  /** Who executes. */
  readonly owner: SourceId;
  /** Only these are told to skip; empty: all that are ready. */
  readonly sources: readonly SourceId[];
  /** The others are told to skip although the owner hasn't executed: its removal is forced. */
  readonly skipAnyway: boolean;
  /** The lock is being removed in several writes: nobody is told anything more. */
  readonly removes: boolean;
}

/** What is kept of a pessimistic lock as a whole, so that a restart changes nothing (deviation P4). */
export interface PessimisticLockRecord {
  readonly mode: 'pessimistic';
  readonly lockId: LockId;
  readonly task: TaskName;
  readonly target: DownstreamTable;
  /** The creation revision. */
  readonly incarnation: Revision;
  readonly owner: SourceId;
  readonly ddls: readonly string[];
  /** Whether the set of the task's sources was known to be complete. */
  readonly declared: boolean;
  /** Whether somebody has executed the DDLs downstream. */
  readonly executed: boolean;
  /** Whether the journal tells that all sources have reported. */
  readonly synced: boolean;
  /** Null: no unlock runs. */
  readonly unlock: PessimisticUnlock | null;
  readonly createdAtMs: number;
  /** When any of that changed last; the progress of its sources stands in their own records. */
  readonly progressAtMs: number;
}

/** A source that a person breaks out of its wait: while this stands, the info that it waits with makes or joins no lock. */
export interface BreakRecord {
  readonly actionId: string;
  readonly lockId: LockId;
  readonly ddls: readonly string[];
  /** What it was told: to execute, or to skip. */
  readonly exec: boolean;
  readonly atMs: number;
}

/** One record of the journal: what one transaction of the coordinator let happen. */
export interface JournalRecord {
  readonly atMs: number;
  readonly events: readonly LockEvent[];
}

/** A task: its mode and its sources. */
export interface TaskRecord {
  readonly task: TaskName;
  readonly mode: Mode;
  readonly sources: readonly SourceId[];
  /** Whether `sources` is known to be complete: declared by an operator, or all registrants agree and are there. */
  readonly declared: boolean;
  /** The sources that registrants expect; null: an operator declared them, or nobody has named any. */
  readonly expected: readonly SourceId[] | null;
  /** What registrants expect that don't agree with that. */
  readonly dissent: readonly Expectation[];
  /** Sources that were left out by hand. */
  readonly excluded: readonly SourceId[];
}

/** Which sources of a task are expected, and by the registrants of which. */
export interface Expectation {
  /** Null: they don't know. */
  readonly named: readonly SourceId[] | null;
  readonly by: readonly SourceId[];
}

/** The schema that a worker registered for one of its upstream tables; it is where the table enters a lock. */
export interface InitialSchemaRecord {
  /** TiDB's table info. */
  readonly schema: string;
  /** Whether the table's worker has said it; else it was read from the downstream. */
  readonly isRegistered: boolean;
}

/**
 * Schemas of a task's tables are read from its downstream: reports to a lock wait until those of its tables are known. So
 * that every server waits for the same, it is recorded.
 */
export interface DownstreamRecord {
  /** The schema (database) of DM's own tables there. */
  readonly metaSchema: string;
}

/** Which worker speaks for a source of a task (8-settled.md); it is stored with the worker's lease. */
export interface SessionRecord {
  readonly worker: string;
  /** The start of the worker's process, in its own words: a registration that is repeated is recognised by it. Null: not said. */
  readonly instance: string | null;
  /** The last starts that spoke for the source before, the oldest first: what comes late of them ends nothing. */
  readonly former: readonly string[];
  /** The version of its program; null: it didn't say. */
  readonly version: string | null;
  /** Identifies the registration; every mutation of the worker carries it. */
  readonly id: string;
  /** What it lives on: every server can renew it, also one that hasn't granted it. */
  readonly lease: LeaseId;
  /** How long the lease lasts without renewal. */
  readonly ttlMs: number;
  /** +1 with each take-over of the source, so that a paused worker that comes back is recognised. */
  readonly epoch: number;
  readonly registeredAtMs: number;
}

/** The last report of a table or source: a repetition of the same attempt is recognised by it. */
export interface AttemptRecord {
  readonly attempt: string;
  /** When it was reported, in milliseconds; null: an earlier version didn't store it. */
  readonly atMs: number | null;
  /** Fingerprint of what was reported. */
  readonly content: string;
  /** Fingerprints of the attempts before it, oldest first, as far as they are kept: one that comes late is recognised by them. */
  readonly former: readonly string[];
}

/** When a worker said something: what it says later in the same session has a larger sequence. */
export interface Said {
  /** Of its session. */
  readonly epoch: Revision;
  readonly sequence: number;
}

/**
 * What a worker said of an operation that it hasn't acknowledged: why it couldn't carry it out, or that it still works on
 * it. It stands until the next acknowledgement or operation.
 */
export interface FailureRecord {
  /** Absent: its worker doesn't count what it says. */
  readonly said?: Said | undefined;
  /** The operation's put. */
  readonly operationRevision: Revision;
  /** Nothing has failed: it takes its time. */
  readonly isWorking: boolean;
  /** Empty while it works. */
  readonly reason: string;
  /** Whether the worker goes on trying. */
  readonly retryable: boolean;
  readonly atMs: number;
}

/** One table of a sharding group. */
export interface GroupTable {
  readonly schema: string;
  readonly table: string;
}

/** A sharding group inside one source that isn't complete (pessimistic): there is no lock yet. */
export interface FormingGroup {
  readonly target: DownstreamTable;
  readonly ddls: readonly string[];
  /** Position of the first DDL, as the worker writes it. */
  readonly firstPosition: string;
  readonly synced: readonly GroupTable[];
  readonly unsynced: readonly GroupTable[];
}

/** A forming group as it is stored. */
export interface KeptFormingGroup extends FormingGroup {
  /** Since when it has been as it is, in milliseconds: another table of it that meets the DDLs is progress. */
  readonly sinceMs: number;
}

/** What a worker last said of itself. */
export interface StatusRecord {
  /** Absent: its worker doesn't count what it says. */
  readonly said?: Said | undefined;
  /** Where it reads, as it writes positions; null: not said. */
  readonly position: string | null;
  /** How far behind the source it is, in milliseconds; null: not known. */
  readonly delayMs: number | null;
  /** The DDLs that it is blocked on; empty: it isn't. */
  readonly blockingDdls: readonly string[];
  readonly blockingLockId: LockId | null;
  readonly formingGroups: readonly KeptFormingGroup[];
  /** For example `running`, `paused`. */
  readonly stage: string;
  /** What it can't go past, for people; null: nothing. */
  readonly error: string | null;
  readonly atMs: number;
}

/** Which server leads. */
export interface LeaderRecord {
  readonly id: string;
}

/** A server that runs on the store; it is stored with a lease of the server's own. */
export interface MemberRecord {
  readonly version: string;
}

/**
 * The last revision, as far as its leader knew, at which nothing was owed: what is stored there tells the whole state, so
 * a server that starts begins there and reads the changes since.
 */
export interface SettledRecord {
  readonly revision: Revision;
}
