import type { SourceId, TaskName, UpstreamTable } from '../model/names';
import type { Change } from '../model/store';
import { sourceKey } from '../model/table-key';
import type { SourceKey, TableKey } from '../model/table-key';
import { readAttemptRecord } from '../wire/attempt-record';
import { readFailureRecord } from '../wire/failure-record';
import type { RecordReading } from '../wire/lockstep-records';
import { readSessionRecord } from '../wire/session-record';
import type { Route } from '../wire/source-tables';
import { readSourceTablesRecord } from '../wire/source-tables-record';
import { readStatusRecord } from '../wire/status-record';
import { readTaskRecord } from '../wire/task-record';
import type { CoordinatorState } from './coordinator-state';
import { excludeTable, includeTable } from './optimistic-exclusion';
import { settleLeaving } from './optimistic-leaving';
import { readOrReport } from './read-put';
import { readRoutes } from './read-routes';
import type { TableEntry } from './table-entry';

/**
 * A task record was put or deleted: sources that are left out from now on leave their locks, others come back. One that
 * can't be read counts as none, as it does for a server that starts.
 */
export function foldTask(state: CoordinatorState, task: TaskName, change: Change): void {
  const before = new Set(state.tasks.get(task)?.excluded);
  const record = readOrReport(state, change, readTaskRecord);
  if (record === null) {
    state.tasks.delete(task);
    state.taskRevisions.delete(task);
  } else {
    state.tasks.set(task, record);
    state.taskRevisions.set(task, change.modRevision);
  }
  const after = new Set(record?.excluded);
  for (const source of before)
    if (!after.has(source)) for (const entry of tablesOf(state, task, source)) includeTable(state, entry);
  for (const source of after)
    if (!before.has(source)) for (const entry of tablesOf(state, task, source)) excludeTable(state, entry);
}

/** A worker registered, renewed its record, or its lease ended. A record that can't be read is nobody's session. */
export function foldSession(
  state: CoordinatorState,
  key: { readonly task: TaskName; readonly source: SourceId },
  change: Change,
): void {
  const { task, source } = key;
  const id = sourceKey(task, source);
  const before = state.sessions.get(id);
  const record = readOrReport(state, change, readSessionRecord);
  if (record === null) state.sessions.delete(id);
  else state.sessions.set(id, { task, source, revision: change.modRevision, record });
  const worker = record?.worker ?? before?.record.worker;
  if (worker === undefined || record?.worker === before?.record.worker) return;
  state.workerNews.set(id, { kind: record === null ? 'WorkerOffline' : 'WorkerOnline', task, source, worker });
  state.outbox.ask({ kind: 'announce-worker', source: id });
}

/** A report through the API was recorded. */
export function foldAttempt(
  state: CoordinatorState,
  key: { readonly task: TaskName; readonly table: UpstreamTable },
  change: Change,
): void {
  const record = readOrReport(state, change, readAttemptRecord);
  const entry = state.entryOf(key.task, key.table);
  entry.attempt = record === null ? null : { ...record, revision: change.modRevision };
  settleLeaving(state, entry);
}

/** A report of a source through the API was recorded. */
export function foldSourceAttempt(
  state: CoordinatorState,
  key: { readonly task: TaskName; readonly source: SourceId },
  change: Change,
): void {
  const record = readOrReport(state, change, readAttemptRecord);
  if (record === null) state.attempts.delete(sourceKey(key.task, key.source));
  else state.attempts.set(sourceKey(key.task, key.source), { ...record, revision: change.modRevision });
}

/** A worker couldn't carry out an operation, or that doesn't matter any more. */
export function foldFailure(state: CoordinatorState, key: TableKey | SourceKey, change: Change): void {
  const record = readOrReport(state, change, readFailureRecord);
  if (record === null) state.failures.delete(key);
  else state.failures.set(key, { ...record, revision: change.modRevision });
}

/** A worker said how it is. */
export function foldStatus(
  state: CoordinatorState,
  key: { readonly task: TaskName; readonly source: SourceId },
  change: Change,
): void {
  const record = readOrReport(state, change, readStatusRecord);
  if (record === null) state.statuses.delete(sourceKey(key.task, key.source));
  else state.statuses.set(sourceKey(key.task, key.source), { ...record, revision: change.modRevision });
}

/** The tables of a source of a pessimistic task were put or deleted. */
export function foldPessimisticRoutes(
  state: CoordinatorState,
  key: { readonly task: TaskName; readonly source: SourceId },
  change: Change,
): void {
  const routes = readOrReport(state, change, (text, where) => readRecordedRoutes(key, text, where));
  const id = sourceKey(key.task, key.source);
  if (routes === null) state.pessimisticRoutes.delete(id);
  else state.pessimisticRoutes.set(id, { routes, revision: change.modRevision });
}

function readRecordedRoutes(
  key: { readonly task: TaskName; readonly source: SourceId },
  text: string,
  where: string,
): RecordReading<readonly Route[]> {
  const reading = readSourceTablesRecord(text, where);
  if (reading.kind !== 'record') return reading;
  return { kind: 'record', record: readRoutes(key, reading.record.tables, where) };
}

function tablesOf(state: CoordinatorState, task: TaskName, source: SourceId): readonly TableEntry[] {
  return state.sourceTables.get(sourceKey(task, source))?.tables ?? [];
}
