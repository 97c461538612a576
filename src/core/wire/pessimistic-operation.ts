import { parseSourceId, parseTaskName } from '../model/names';
import type { PessimisticOperation } from '../model/operation';
import { parseStoredLockId } from './dm-lock-id';
import { writeObject, writeText, writeTexts } from './go-json';
import { goBoolean, goField, goText, goTexts } from './go-json-reader';
import type { JsonValue } from './json-reader';
import { parseJson } from './json-reader';

/** A pessimistic operation with the fields of DM's value; nothing is checked beyond their JSON types. */
export interface DmPessimisticOperation {
  readonly id: string;
  readonly task: string;
  readonly source: string;
  readonly ddls: readonly string[] | null;
  readonly exec: boolean;
  readonly done: boolean;
}

/** The value as DM decodes it. @throws LockstepError UNREADABLE_VALUE with `where` and the field */
export function decodePessimisticOperation(text: string, where = 'operation'): DmPessimisticOperation {
  return operationOf(parseJson(text, where));
}

/** The value byte for byte as DM writes it. */
export function encodePessimisticOperation(operation: DmPessimisticOperation): string {
  return writeObject({
    id: writeText(operation.id),
    task: writeText(operation.task),
    source: writeText(operation.source),
    ddls: writeTexts(operation.ddls),
    exec: String(operation.exec),
    done: String(operation.done),
  });
}

/**
 * The operation of a value.
 * @throws LockstepError UNREADABLE_VALUE with `where` and the field: also if the ID isn't a lock ID, or a name is empty
 */
export function readPessimisticOperation(text: string, where = 'operation'): PessimisticOperation {
  const root = parseJson(text, where);
  const { id, task, source, ddls, exec, done } = operationOf(root);
  return root.convert(() => ({
    lockId: parseStoredLockId(id),
    task: parseTaskName(task),
    source: parseSourceId(source),
    ddls,
    exec,
    done,
  }));
}

/** The value of an operation, byte for byte as DM writes it. */
export function writePessimisticOperation({ lockId, ...operation }: PessimisticOperation): string {
  return encodePessimisticOperation({ id: lockId, ...operation });
}

function operationOf(root: JsonValue): DmPessimisticOperation {
  return {
    id: goText(goField(root, 'id')),
    task: goText(goField(root, 'task')),
    source: goText(goField(root, 'source')),
    ddls: goTexts(goField(root, 'ddls')),
    exec: goBoolean(goField(root, 'exec')),
    done: goBoolean(goField(root, 'done')),
  };
}
