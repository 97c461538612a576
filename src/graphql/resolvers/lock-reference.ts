import { formatLockId } from '../../core/model/lock-id';
import type { LockId } from '../../core/model/lock-id';
import { parseLockName } from '../../core/model/lock-name';
import { parseDownstreamTable, parseTaskName } from '../../core/model/names';
import type { JsonValue } from '../../core/wire/json-reader';

/**
 * The lock that a router's reference names, by either of its keys: its ID, or its task and downstream table.
 * @throws LockstepError UNREADABLE_VALUE with its place
 */
export function readLockReference(reference: JsonValue): LockId {
  if (reference.field('id').isPresent) return reference.field('id').parsed(parseLockName);
  // Who names neither key hears of the ID.
  if (!reference.field('taskName').isPresent) reference.field('id').text();
  const task = reference.field('taskName').parsed(parseTaskName);
  const [schema, table] = [reference.field('downSchema').text(), reference.field('downTable').text()];
  return reference.convert(() => formatLockId(task, parseDownstreamTable(schema, table)));
}
