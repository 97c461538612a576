import type { LockId } from './lock-id';
import type { LockState } from './lock-state';
import type { Mode } from './mode';
import type { SourceId, TaskName } from './names';

/** One lock, as it is now. */
export interface LockReading {
  readonly task: TaskName;
  readonly lockId: LockId;
  readonly mode: Mode;
  readonly state: LockState;
  /** Whether all participants have reported the DDL; what is missing is done downstream. */
  readonly synced: boolean;
  /** When it last made progress, in milliseconds since 1970; null: it has just begun. */
  readonly progressAtMs: number | null;
  /** Whether its task has neither workers nor source tables: nobody goes on with it. */
  readonly orphan: boolean;
  /** Whether it is for DDLs that the lock before it has executed already. */
  readonly phantom: boolean;
}

/** A source without a living worker, for which locks wait. */
export interface AbsentSource {
  readonly task: TaskName;
  readonly source: SourceId;
  /** How many locks wait for it. */
  readonly locks: number;
}

/** Whether a worker lives, and speaks for a source; only those of DM can be free. */
export type WorkerState = 'offline' | 'free' | 'bound';

/** What is true of a store's locks and workers now. */
export interface StoreReading {
  readonly tasks: ReadonlySet<TaskName>;
  readonly locks: readonly LockReading[];
  readonly workers: ReadonlyMap<string, WorkerState>;
  readonly absentSources: readonly AbsentSource[];
}
