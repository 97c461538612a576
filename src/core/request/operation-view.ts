import type { ConflictStage } from '../model/conflict-stage';
import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName, UpstreamTable } from '../model/names';
import type { Revision } from '../model/revision';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import type { TableEntry } from '../state/table-entry';

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

/** The operation of a table; null: none is stored. */
export function viewTableOperation(entry: TableEntry): OperationView | null {
  const { operation, task, source, table, putRevision: revision } = entry;
  if (operation === null) return null;
  const { lockId, ddls, stage, message, columns, done } = operation;
  return { task, source, table, lockId, ddls, exec: null, stage, message, columns: columns ?? [], done, revision };
}

/** The operation of a pessimistic source; null: none is stored. */
export function viewSourceOperation(state: CoordinatorState, task: TaskName, source: SourceId): OperationView | null {
  const entry = state.pessimistic.entry(sourceKey(task, source));
  if (entry?.operation == null) return null;
  const { lockId, ddls, exec, done } = entry.operation;
  return {
    task,
    source,
    table: null,
    lockId,
    ddls: ddls ?? [],
    exec,
    stage: null,
    message: '',
    columns: [],
    done,
    revision: entry.putRevision,
  };
}

/** Every operation of a source that isn't done, oldest first. */
export function listPendingOperations(state: CoordinatorState, task: TaskName, source: SourceId): OperationView[] {
  const tables = state.sourceTables.get(sourceKey(task, source))?.tables ?? [];
  const views = [...tables.map(viewTableOperation), viewSourceOperation(state, task, source)];
  return views.filter((view): view is OperationView => view?.done === false).sort((a, b) => a.revision - b.revision);
}
