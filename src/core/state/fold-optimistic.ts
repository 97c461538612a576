import type { TaskName, SourceId, UpstreamTable } from '../model/names';
import { formatLockId, parseLockId } from '../model/lock-id';
import type { LockId } from '../model/lock-id';
import { NO_REVISION } from '../model/revision';
import type { Change } from '../model/store';
import { tableKey } from '../model/table-key';
import { readDroppedColumnStage } from '../wire/dropped-column-stage';
import { readOptimisticOperation } from '../wire/optimistic-operation';
import type { CoordinatorState } from './coordinator-state';
import { decideInfo, replaceInfo } from './optimistic-info';
import { settleLeaving } from './optimistic-leaving';
import { changeSourceTables, joinAnew, joinTarget, settleLock } from './optimistic-membership';
import { replaceOperation } from './optimistic-operation';
import { readRoutes } from './read-routes';

/** The source tables of one source were put or deleted. */
export function foldOptimisticSourceTables(
  state: CoordinatorState,
  key: { task: TaskName; source: SourceId },
  change: Change,
): void {
  const isPut = change.kind === 'put';
  const routes = isPut ? readRoutes(key, change.value, change.key) : [];
  changeSourceTables(state, key.task, key.source, routes, {
    revision: isPut ? change.modRevision : NO_REVISION,
    since: isPut ? change.createRevision : NO_REVISION,
  });
}

/** A table's info was put or deleted. */
export function foldOptimisticInfo(
  state: CoordinatorState,
  key: { task: TaskName; table: UpstreamTable },
  change: Change,
): void {
  const entry = state.entryOf(key.task, key.table);
  state.unreadable.delete(entry);
  if (change.kind === 'delete') {
    replaceInfo(state, entry, null, NO_REVISION, 0);
    if (entry.target !== null) settleLock(state, entry.target);
    return settleLeaving(state, entry);
  }
  // If it can't be read, what was known of the info before is void all the same.
  replaceInfo(state, entry, null, change.modRevision, change.version);
  state.unreadable.add(entry);
  const info = state.caches.readInfo(change.value, change.key);
  state.unreadable.delete(entry);
  replaceInfo(state, entry, state.caches.info(info), change.modRevision, change.version);
  if (entry.isListedElsewhere(formatLockId(key.task, info.target))) {
    joinAnew(state, entry);
  } else {
    joinTarget(state, entry, state.targetOf(key.task, info.target), 'info');
    decideInfo(state, entry);
  }
  settleLeaving(state, entry);
}

/** A table's operation was put or deleted. */
export function foldOptimisticOperation(
  state: CoordinatorState,
  key: { task: TaskName; table: UpstreamTable },
  change: Change,
): void {
  const entry = state.entryOf(key.task, key.table);
  state.touchedOperations.push({ task: key.task, source: entry.source, table: entry.key });
  if (change.kind === 'delete') {
    replaceOperation(state, entry, null, NO_REVISION);
    return settleLeaving(state, entry);
  }
  entry.operation = null;
  entry.operationRevision = change.modRevision;
  const { lockId, ddls, stage, message, done, columns } = readOptimisticOperation(change.value, change.key);
  if (!done) entry.putRevision = change.modRevision;
  replaceOperation(
    state,
    entry,
    state.caches.operation({ lockId, ddls, stage, message, done, columns }),
    change.modRevision,
  );
  settleLeaving(state, entry);
}

/** What is marked follows from infos and operations; of a table that has left a mark is one thing less to delete. */
export function foldDroppedColumn(
  state: CoordinatorState,
  { lockId, column, table }: { lockId: LockId; column: string; table: UpstreamTable },
  change: Change,
): void {
  if (change.kind === 'put') {
    // Nothing follows from it now; a restart must read it.
    readDroppedColumnStage(change.value, change.key);
    return;
  }
  state.outbox.settle({ kind: 'forget-column', lockId, column });
  const key = tableKey(parseLockId(lockId).task, table);
  const former = state.leaving.formerLock(key, lockId);
  const entry = state.tables.get(key);
  if (former === undefined || entry === undefined) return;
  const columns = former.columns.filter((other) => other !== column);
  state.leaving.setFormerLock(key, lockId, { ...former, columns });
  settleLeaving(state, entry);
}
