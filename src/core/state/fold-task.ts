import type { SourceId, TaskName } from '../model/names';
import type { Change } from '../model/store';
import { sourceKey } from '../model/table-key';
import { readSessionRecord } from '../wire/session-record';
import { readTaskRecord } from '../wire/task-record';
import type { CoordinatorState } from './coordinator-state';
import { excludeTable, includeTable } from './optimistic-exclusion';
import { readPut } from './read-put';
import type { TableEntry } from './table-entry';

/** A task record was put or deleted: sources that are left out from now on leave their locks, others come back. */
export function foldTask(state: CoordinatorState, task: TaskName, change: Change): void {
  const before = new Set(state.tasks.get(task)?.excluded);
  const record = readPut(state, change, readTaskRecord);
  if (record === null) state.tasks.delete(task);
  else state.tasks.set(task, record);
  const after = new Set(record?.excluded);
  for (const source of before) if (!after.has(source)) for (const entry of tablesOf(state, task, source)) includeTable(state, entry);
  for (const source of after) if (!before.has(source)) for (const entry of tablesOf(state, task, source)) excludeTable(state, entry);
}

/** A worker registered, renewed its record, or its lease ended. */
export function foldSession(state: CoordinatorState, key: { readonly task: TaskName; readonly source: SourceId }, change: Change): void {
  const { task, source } = key;
  const record = readPut(state, change, readSessionRecord);
  if (record === null) state.sessions.delete(sourceKey(task, source));
  else state.sessions.set(sourceKey(task, source), { task, source, record });
}

function tablesOf(state: CoordinatorState, task: TaskName, source: SourceId): readonly TableEntry[] {
  return state.sourceTables.get(sourceKey(task, source))?.tables ?? [];
}
