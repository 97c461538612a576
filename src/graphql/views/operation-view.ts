import type { OperationView } from '../../core/request/operation-view';
import type { ShardOperation } from '../types/operation';

/** An operation as the API shows it. */
export function viewOperation(operation: OperationView): ShardOperation {
  const { task, source, table, lockId, ddls, exec, stage, message, columns, done, revision } = operation;
  return {
    taskName: task,
    id: operationId(operation),
    lockId,
    sourceId: source,
    upstreamTable: table,
    ddls: ddls ?? [],
    exec,
    conflictStage: stage,
    message,
    droppedColumns: columns,
    done,
    revision,
  };
}

function operationId({ task, source, table, revision }: OperationView): string {
  const parts = table === null ? [task, source] : [task, source, table.schema, table.table];
  return `${parts.map(encodeURIComponent).join('/')}@${revision}`;
}
