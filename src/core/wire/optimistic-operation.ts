import { ConflictStages } from '../model/conflict-stage';
import type { ConflictStage } from '../model/conflict-stage';
import { LockstepError } from '../model/error';
import { parseTaskName, parseUpstreamTable } from '../model/names';
import type { OptimisticOperation } from '../model/operation';
import { parseStoredLockId } from './dm-lock-id';
import { writeObject, writeText, writeTexts } from './go-json';
import { goBoolean, goField, goText, goTexts } from './go-json-reader';
import type { JsonValue } from './json-reader';
import { parseJson } from './json-reader';

/** An optimistic operation with the fields of DM's value; nothing is checked beyond their JSON types. */
export interface DmOptimisticOperation {
  readonly id: string;
  readonly task: string;
  readonly source: string;
  readonly upSchema: string;
  readonly upTable: string;
  readonly ddls: readonly string[] | null;
  readonly stage: string;
  readonly message: string;
  readonly done: boolean;
  readonly columns: readonly string[] | null;
}

/** The value as DM decodes it. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function decodeOptimisticOperation(text: string, where = 'operation'): DmOptimisticOperation {
  return operationOf(parseJson(text, where));
}

/** The value byte for byte as DM writes it. */
export function encodeOptimisticOperation(operation: DmOptimisticOperation): string {
  return writeObject({
    id: writeText(operation.id),
    task: writeText(operation.task),
    source: writeText(operation.source),
    'up-schema': writeText(operation.upSchema),
    'up-table': writeText(operation.upTable),
    ddls: writeTexts(operation.ddls),
    'conflict-stage': writeText(operation.stage),
    'conflict-message': writeText(operation.message),
    done: String(operation.done),
    cols: writeTexts(operation.columns),
  });
}

/**
 * The operation of a value.
 * @throws LockstepError UNREADABLE_VALUE with `where` and the field: also if the ID isn't a lock ID, a name is empty or
 *   the stage is unknown
 */
export function readOptimisticOperation(text: string, where = 'operation'): OptimisticOperation {
  const root = parseJson(text, where);
  const stored = operationOf(root);
  return root.convert(() => ({
    lockId: parseStoredLockId(stored.id),
    task: parseTaskName(stored.task),
    table: parseUpstreamTable(stored.source, stored.upSchema, stored.upTable),
    ddls: stored.ddls,
    stage: parseStage(stored.stage),
    message: stored.message,
    done: stored.done,
    columns: stored.columns,
  }));
}

/** The value of an operation, byte for byte as DM writes it. */
export function writeOptimisticOperation(operation: OptimisticOperation): string {
  const { task, table, ddls, stage, message, done, columns } = operation;
  return encodeOptimisticOperation({
    id: operation.lockId,
    task,
    source: table.source,
    upSchema: table.schema,
    upTable: table.table,
    ddls,
    stage,
    message,
    done,
    columns,
  });
}

function operationOf(root: JsonValue): DmOptimisticOperation {
  return {
    id: goText(goField(root, 'id')),
    task: goText(goField(root, 'task')),
    source: goText(goField(root, 'source')),
    upSchema: goText(goField(root, 'up-schema')),
    upTable: goText(goField(root, 'up-table')),
    ddls: goTexts(goField(root, 'ddls')),
    stage: goText(goField(root, 'conflict-stage')),
    message: goText(goField(root, 'conflict-message')),
    done: goBoolean(goField(root, 'done')),
    columns: goTexts(goField(root, 'cols')),
  };
}

/** A missing stage is none: no DM worker does anything special on it. */
function parseStage(text: string): ConflictStage {
  const stage = text === '' ? 'none' : ConflictStages.find((known) => known === text);
  if (stage === undefined) {
    throw new LockstepError('INVALID_INPUT', `unknown conflict-stage ${JSON.stringify(text)}`, {
      field: 'conflict-stage',
    });
  }
  return stage;
}
