import type { Brand } from './brand';
import { LockstepError } from './error';
import { parseDownstreamTable, parseTaskName } from './names';
import type { DownstreamTable, TaskName } from './names';
import { quoteTable, unquoteName } from './quote';

/** `<task>-` and the quoted target, for example ``test-`shard_db`.`shard_table` ``. */
export type LockId = Brand<string, 'LockId'>;

/** The parts of a lock ID. */
export interface LockIdParts {
  readonly task: TaskName;
  readonly target: DownstreamTable;
}

/** The ID of the lock of `target` in `task`. */
export function formatLockId(task: TaskName, target: DownstreamTable): LockId {
  return `${task}-${quoteTable(target.schema, target.table)}` as LockId;
}

/**
 * The parts of a lock ID: the task is everything before the last ``-`schema`.`table` `` part, so tasks may hold dashes
 * and even backquotes.
 * @throws LockstepError INVALID_INPUT with the text, if it isn't a lock ID
 */
export function parseLockId(text: string): LockIdParts {
  const match = /^(.+)-(`(?:[^`]|``)+`)\.(`(?:[^`]|``)+`)$/su.exec(text);
  const [, task, schema, table] = match ?? [];
  if (task === undefined || schema === undefined || table === undefined) {
    throw new LockstepError('INVALID_INPUT', `not a lock ID: ${text} (expected task-\`schema\`.\`table\`)`, {
      lockId: text,
    });
  }
  return { task: parseTaskName(task), target: parseDownstreamTable(unquoteName(schema), unquoteName(table)) };
}
