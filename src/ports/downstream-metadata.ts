import type { TaskName, UpstreamTable } from '../core/model/names';

/** What of a task's downstream is read: the table schemas that DM's workers keep with their checkpoints. */
export interface DownstreamMetadata {
  /** The tasks whose downstream can be reached, each with the schema (database) of DM's own tables there. */
  readonly tasks: ReadonlyMap<TaskName, string>;

  /**
   * The schema of each of these tables as its checkpoint has it, as TiDB's table info; null: there is no checkpoint of it, or
   * one without a schema. In the order of the tables.
   * @throws LockstepError DOWNSTREAM_UNAVAILABLE if it can't be reached or asked
   */
  tableInfos(task: TaskName, tables: readonly UpstreamTable[]): Promise<readonly (string | null)[]>;

  /** Let go of everything. */
  close(): Promise<void>;
}
