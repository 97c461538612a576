import { LockstepError } from './error';
import { formatLockId, parseLockId } from './lock-id';
import type { LockId } from './lock-id';
import { parseDownstreamTable, parseTaskName } from './names';

/**
 * The lock ID that a text names: a lock ID, or `task/schema.table` where that isn't one and has exactly one dot after its
 * last slash (8-settled.md).
 * @throws LockstepError INVALID_INPUT
 */
export function parseLockName(text: string): LockId {
  const [, task, schema, table] = /^(.+)\/([^./]+)\.([^./]+)$/su.exec(text) ?? [];
  try {
    const parts = parseLockId(text);
    return formatLockId(parts.task, parts.target);
  } catch (error) {
    if (!(error instanceof LockstepError) || task === undefined || schema === undefined || table === undefined)
      throw error;
    return formatLockId(parseTaskName(task), parseDownstreamTable(schema, table));
  }
}
