import type { ActionRecord } from '../model/action';
import { formatLockId } from '../model/lock-id';
import type { LockEvent } from '../model/lock-event';
import type { LockId } from '../model/lock-id';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../model/names';
import type { PublishedEvent } from '../model/published-event';
import { NO_REVISION } from '../model/revision';
import type { FailureRecord, MemberRecord, SessionRecord, StatusRecord, TaskRecord } from '../model/records';
import type { Revision } from '../model/revision';
import { sourceKey, tableKey } from '../model/table-key';
import type { SourceKey, TableKey } from '../model/table-key';
import type { DropMark } from '../optimistic/dropped-columns';
import type { LockMember } from '../optimistic/lock';
import type { Decision } from '../optimistic/sync';
import { ShapeCounts } from '../table/shape-counts';
import type { Shape } from '../table/shape';
import type { Route } from '../wire/source-tables';
import { ContentCache } from './content-cache';
import { DmWorkers } from './dm-workers';
import { DownstreamSchemas } from './downstream-schemas';
import { LeavingTables } from './leaving-tables';
import { JournalIndex } from './journal-index';
import { Outbox } from './outbox';
import { EMBEDDED_RETENTION } from './retention';
import type { Retention } from './retention';
import { Past } from './past';
import { PessimisticState } from './pessimistic-state';
import type { RemovalQueue } from './removal-queue';
import type { Attempt, Target } from './table-entry';
import { TableEntry } from './table-entry';
import { TargetOf } from './target';

/** A stored value that cannot be read: reported, and skipped. */
export interface Problem {
  readonly key: string;
  readonly message: string;
  readonly revision: Revision;
}

/** A decision whose answer hasn't come back from the store, with the caller's place in the lock when it was made. */
export interface PendingAnswer {
  readonly infoRevision: Revision;
  readonly decision: Decision;
  readonly normal: Shape;
  readonly conflict: Shape | null;
  /** No operation is put (an ignored conflict, or one that is there already): the decision is only recorded. */
  readonly silent: boolean;
}

/** An acknowledged operation that isn't recorded yet, and the columns (as written) that it completed the drop of. */
export interface PendingDone {
  readonly forget: readonly string[];
}

/** A table that waits for its redirect. */
export interface OpenRedirect {
  /** The table whose DDL closed its conflict. */
  readonly closer: TableKey;
  /** The schema that it had before its DDL in conflict. */
  readonly before: Shape;
}

/** A table that is left out of its lock by hand, as it was in it. */
export interface SetAside extends Omit<LockMember, 'key'> {
  readonly marks: readonly DropMark[];
}

/** What a worker last said of itself. */
export interface SourceStatus extends StatusRecord {
  /** The revision at which it was stored. */
  readonly revision: Revision;
}

/** Why an operation couldn't be carried out, as it is stored. */
export interface StoredFailure extends FailureRecord {
  readonly revision: Revision;
}

/** A worker that speaks for a source of a task. */
export interface Session {
  /** The session key's revision: larger for each registration. */
  readonly revision: Revision;
  readonly task: TaskName;
  readonly source: SourceId;
  readonly record: SessionRecord;
}

/** The tables of one source of an optimistic task. */
export interface SourceTablesState {
  readonly task: TaskName;
  readonly source: SourceId;
  tables: TableEntry[];
  /** The revision of its source tables; 0: none are stored. */
  revision: Revision;
  /** Since when they have been stored without a break; 0: none are stored. */
  since: Revision;
}

/** An operation that has changed: of a table, or in pessimistic mode (`table` null) of a source. */
export interface TouchedOperation {
  readonly task: TaskName;
  readonly source: SourceId;
  readonly table: TableKey | null;
}

/** A worker came or went. */
export type WorkerNews = Extract<LockEvent, { kind: 'WorkerOnline' | 'WorkerOffline' }>;

/** What the leader's writes must keep to. */
export interface Limits {
  /** How many compares, and how many mutations, one write may have. */
  readonly operationsPerWrite: number;
}

/**
 * Everything that the coordinator knows: a fold of the store's changes. Every server that has read the same changes has
 * the same state; only `leading`, `settledRevision` and what is in flight differ.
 */
export class CoordinatorState {
  /** The last revision that the state has seen. */
  revision: Revision = NO_REVISION;
  leading = false;
  /** Events of the journal that this step read and that are to be published. */
  published: PublishedEvent[] = [];
  /** Tables and sources whose operations this step has changed. */
  touchedOperations: TouchedOperation[] = [];
  /** Manual actions that ended in this step. */
  endedActions: ActionRecord[] = [];
  /** The tasks of acknowledgements in this step that answer no order of their lock: they count for nothing. */
  ignoredAcknowledgements: TaskName[] = [];
  /** The journal records that are stored. */
  readonly journal = new JournalIndex();
  /** What the journal tells of former locks and of workers that went. */
  readonly past = new Past();
  /** When the leader last looked for what has expired. */
  trimmedAtMs = 0;
  /** The revision that the stored settled record names; 0: there is none. */
  settledRecord: Revision = NO_REVISION;
  /** The last revision at which this server, leading, owed nothing; 0: it hasn't led so far. */
  settledRevision: Revision = NO_REVISION;
  /** Workers that came or went, until the journal tells it. */
  readonly workerNews = new Map<SourceKey, WorkerNews>();
  readonly emptyCounts: ShapeCounts;
  readonly outbox = new Outbox();
  /** Keys of records that a newer program wrote: while there are any, this server follows and doesn't lead. */
  readonly newerRecords = new Set<string>();
  /** The server that leads; null: none does. */
  leader: string | null = null;
  /** The servers that run on this store, by their IDs; none are recorded where only one can. */
  readonly members = new Map<string, MemberRecord>();
  readonly problems = new Map<string, Problem>();
  readonly tables = new Map<TableKey, TableEntry>();
  /** Tables whose stored info can't be read: nobody knows what it reports, so their locks stay. */
  readonly unreadable = new Set<TableEntry>();
  readonly targets = new Map<LockId, Target>();
  /** On which the tables of each target agreed when their last lock ended. */
  readonly agreedSchemas = new Map<LockId, Shape>();
  readonly sourceTables = new Map<SourceKey, SourceTablesState>();
  /** Manual actions, ended ones too as long as they are kept. */
  readonly actions = new Map<string, ActionRecord>();
  /** The revisions of their records. */
  readonly actionRevisions = new Map<string, Revision>();
  /** The tables of locks that are removed in parts; only a leader needs to know how far it is. */
  readonly removals = new Map<LockId, RemovalQueue>();
  /** Tasks of which a person removes what is stored, in parts, by the action that does. */
  readonly removing = new Map<string, TaskName>();
  readonly tasks = new Map<TaskName, TaskRecord>();
  /** The revisions of their records. */
  readonly taskRevisions = new Map<TaskName, Revision>();
  /** Schemas that stand in downstreams. */
  readonly downstream = new DownstreamSchemas();
  /** The workers of a DM cluster. */
  readonly dmWorkers = new DmWorkers();
  /** A dm-master decides, and this server only looks on. */
  observing = false;
  /** How many answers of a dm-master weren't what this server would have given; it counts only what it has observed. */
  divergences = 0;
  /** Workers whose leases live, by the source that they speak for. */
  readonly sessions = new Map<SourceKey, Session>();
  /** The tables of each source of pessimistic tasks, with the revision of their record. */
  readonly pessimisticRoutes = new Map<SourceKey, { readonly routes: readonly Route[]; readonly revision: Revision }>();
  /** The last report of each source (pessimistic). */
  readonly attempts = new Map<SourceKey, Attempt>();
  /** Why operations couldn't be carried out, by table or source. */
  readonly failures = new Map<TableKey | SourceKey, StoredFailure>();
  /** What workers last said of themselves. */
  readonly statuses = new Map<SourceKey, SourceStatus>();
  readonly answers = new Map<TableKey, PendingAnswer>();
  /** Tables that are to be redirected. */
  readonly redirecting = new Map<TableKey, OpenRedirect>();
  /** How many redirects the answer of a table waits for: a crash must not find it answered and them forgotten. */
  readonly openRedirects = new Map<TableKey, number>();
  /** Tables that are left out of their lock by hand, as they were in it. */
  readonly setAside = new Map<TableKey, SetAside>();
  readonly leaving = new LeavingTables();
  readonly finished = new Map<TableKey, PendingDone>();
  readonly pessimistic = new PessimisticState();

  constructor(
    readonly limits: Limits,
    readonly retention: Retention = EMBEDDED_RETENTION,
    /** What was read before; a rebuilt state goes on with that of the one before. */
    readonly caches = new ContentCache(),
  ) {
    this.emptyCounts = ShapeCounts.empty(caches.shapes);
  }

  /** The entry of an upstream table, made if there is none. */
  entryOf(task: TaskName, table: UpstreamTable): TableEntry {
    const key = tableKey(task, table);
    let entry = this.tables.get(key);
    if (entry === undefined) {
      entry = new TableEntry(key, task, {
        source: this.caches.source(table.source),
        schema: this.caches.schemaName(table.schema),
        table: table.table,
      });
      this.tables.set(key, entry);
    }
    return entry;
  }

  /** The target of a task, made if there is none. */
  targetOf(task: TaskName, table: DownstreamTable): Target {
    const id = formatLockId(task, table);
    let target = this.targets.get(id);
    if (target === undefined) {
      target = new TargetOf<TableEntry>(task, table, id);
      this.targets.set(id, target);
    }
    return target;
  }

  /** The tables of a source, made if there are none. */
  sourceTablesOf(task: TaskName, source: SourceId): SourceTablesState {
    const key = sourceKey(task, source);
    let state = this.sourceTables.get(key);
    if (state === undefined) {
      state = { task, source, tables: [], revision: NO_REVISION, since: NO_REVISION };
      this.sourceTables.set(key, state);
    }
    return state;
  }

  /** Whether what is stored of `task` is being removed, so that nothing else may be written for it. */
  isBeingRemoved(task: TaskName): boolean {
    for (const each of this.removing.values()) if (each === task) return true;
    return false;
  }

  /** Whether the source of `entry` is left out of its task by hand. */
  isExcluded(entry: TableEntry): boolean {
    return this.tasks.get(entry.task)?.excluded.includes(entry.source) ?? false;
  }

  /** The revision of the stored source tables of a source; 0: none are stored. */
  sourceTablesRevision(task: TaskName, source: SourceId): Revision {
    return this.sourceTables.get(sourceKey(task, source))?.revision ?? NO_REVISION;
  }

  /** Forget a target that nothing routes to any more. */
  dropTargetIfUnused(target: Target): void {
    if (target.tables.size === 0 && target.lock === null) this.targets.delete(target.lockId);
  }
}
