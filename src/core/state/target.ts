import type { DownstreamTable, TaskName } from '../model/names';
import type { LockId } from '../model/lock-id';
import type { TableKey } from '../model/table-key';
import type { OptimisticLock } from '../optimistic/lock';

/** One downstream table of an optimistic task, with all upstream tables, each a `Table`, that route to it. */
export class TargetOf<Table> {
  readonly tables = new Set<Table>();
  /** Those of them whose operation tells them to wait for a person or for other tables. */
  readonly stopped = new Set<Table>();
  /**
   * Those of which nobody has said the schema: no worker registered one. When somebody looks, those that have reported in
   * their lock leave it, until they are in another.
   */
  readonly unregistered = new Set<Table>();
  /** The lock while its shards differ; all tables are its members then. */
  lock: TargetLock | null = null;

  constructor(
    readonly task: TaskName,
    readonly table: DownstreamTable,
    readonly lockId: LockId,
  ) {}
}

/** A lock and what is known of it beside its machine. */
export interface TargetLock {
  readonly lock: OptimisticLock;
  /** The table whose info created it; null when that was before this server's start. */
  readonly createdBy: TableKey | null;
  /** Whether its lock record is in the store. */
  recorded: boolean;
  /** When it was created; null until its record has come back. */
  createdAtMs: number | null;
  /** When it last made progress; null until a record has come back. */
  progressAtMs: number | null;
  /** Tables whose answer waits for the lock's removal, which carries it. */
  readonly parked: Set<TableKey>;
  /** Columns whose drop a table completed that isn't in the lock any more; their marks are still to be deleted. */
  readonly forgotten: Set<string>;
  /** Whether its record says that it is synced, which was told with it. */
  toldSynced: boolean;
}
