import type { DownstreamTable, SourceId, TaskName } from './names';

/** What a worker reports in pessimistic mode: all shards of this source have met these DDLs. */
export interface PessimisticInfo {
  readonly task: TaskName;
  readonly source: SourceId;
  readonly target: DownstreamTable;
  readonly ddls: readonly string[];
}
