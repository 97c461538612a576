import type { LockId } from './lock-id';
import type { LockEvent } from './lock-event';
import type { DownstreamTable, SourceId, TaskName } from './names';
import type { Revision } from './revision';

/** In which mode a task's locks work. */
export type Mode = 'optimistic' | 'pessimistic';

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
  /** What made the record: an info, a redirect, a person's unlock, the table's joining, its acknowledgement. */
  readonly by: 'info' | 'redirect' | 'unlock' | 'member' | 'done';
  readonly atMs: number;
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
  readonly createdAtMs: number;
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
  /** Whether `sources` is known to be complete: declared by an operator, or all registrants agree. */
  readonly declared: boolean;
  /** Sources that were left out by hand. */
  readonly excluded: readonly SourceId[];
}

/** The schema that a worker registered for one of its upstream tables; it is where the table enters a lock. */
export interface InitialSchemaRecord {
  /** TiDB's table info. */
  readonly schema: string;
}

/** Which worker speaks for a source of a task (8-settled.md); it is stored with the worker's lease. */
export interface SessionRecord {
  readonly worker: string;
  /** Identifies the registration; every mutation of the worker carries it. */
  readonly id: string;
  /** +1 with each take-over of the source, so that a paused worker that comes back is recognised. */
  readonly epoch: number;
  readonly registeredAtMs: number;
}
