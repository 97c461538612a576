import type { DownstreamTable, TaskName, UpstreamTable } from '../model/names';
import type { KnownSchema } from './known-schema';

/** What a worker reports in optimistic mode: an upstream table met these DDLs, with its schema before and after each. */
export interface OptimisticInfo {
  readonly task: TaskName;
  readonly table: UpstreamTable;
  readonly target: DownstreamTable;
  /** Routed: they name the target. The same list object for the same texts, because many tables report the same. */
  readonly ddls: readonly string[];
  /** Before the first DDL; null: missing, which no lock accepts. */
  readonly before: KnownSchema | null;
  /** After each DDL; as many as there are DDLs, or the lock refuses the info. */
  readonly after: readonly KnownSchema[];
  /** Whether the table goes on with its last schema whatever the lock says. */
  readonly ignoreConflict: boolean;
}
