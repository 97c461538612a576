import type { Brand } from './brand';
import { invariant } from './invariant';
import { parseSourceId, parseTaskName } from './names';
import type { SourceId, TaskName, UpstreamTable } from './names';

/** One upstream table of one task: the key of everything that is kept per table in optimistic mode. */
export type TableKey = Brand<string, 'TableKey'>;

/** One source of one task: the key of everything that is kept per source in pessimistic mode. */
export type SourceKey = Brand<string, 'SourceKey'>;

/** NUL occurs in no MySQL identifier and is refused in names here, so it separates unambiguously. */
const SEPARATOR = '\0';

/** The key of `table` in `task`. */
export function tableKey(task: TaskName, table: UpstreamTable): TableKey {
  return [task, table.source, table.schema, table.table].join(SEPARATOR) as TableKey;
}

/** The task and the upstream table of a key. */
export function tableOfKey(key: TableKey): { task: TaskName; table: UpstreamTable } {
  const [task, source, schema, table, ...rest] = key.split(SEPARATOR);
  invariant(task !== undefined && source !== undefined && schema !== undefined, 'a table key has four parts');
  invariant(table !== undefined && rest.length === 0, 'a table key has four parts');
  return { task: parseTaskName(task), table: { source: parseSourceId(source), schema, table } };
}

/** The upstream table's own name in a key. */
export function nameOfKey(key: TableKey): string {
  return key.slice(key.lastIndexOf(SEPARATOR) + 1);
}

/** The key of `source` in `task`. */
export function sourceKey(task: TaskName, source: SourceId): SourceKey {
  return [task, source].join(SEPARATOR) as SourceKey;
}

/** The task and the source of a key. */
export function taskSourceOfKey(key: SourceKey): { task: TaskName; source: SourceId } {
  const [task, source, ...rest] = key.split(SEPARATOR);
  invariant(task !== undefined && source !== undefined && rest.length === 0, 'a source key has two parts');
  return { task: parseTaskName(task), source: parseSourceId(source) };
}
