import type { LockEvent } from '../model/lock-event';
import { sourceKey, tableKey } from '../model/table-key';
import type { CoordinatorState, WorkerNews } from './coordinator-state';
import { settleLeaving } from './optimistic-leaving';

/** An event stands in the journal: what was owed only to tell it is told. */
export function foldJournalEvent(state: CoordinatorState, event: LockEvent): void {
  switch (event.kind) {
    case 'WorkerOnline':
    case 'WorkerOffline':
      return tellWorker(state, event);
    case 'TableRemoved':
      return tellRemoved(state, event);
    default:
      return;
  }
}

function tellWorker(state: CoordinatorState, event: WorkerNews): void {
  const source = sourceKey(event.task, event.source);
  const news = state.workerNews.get(source);
  if (news?.kind !== event.kind || news.worker !== event.worker) return;
  state.workerNews.delete(source);
  state.outbox.settle({ kind: 'announce-worker', source });
}

function tellRemoved(
  state: CoordinatorState,
  event: Extract<LockEvent, { kind: 'TableRemoved' | 'TableAdded' }>,
): void {
  const { table } = event.participant;
  if (table === null) return;
  const key = tableKey(event.task, table);
  const former = state.leaving.formerLock(key, event.lockId);
  if (former?.incarnation !== event.incarnation) return;
  // Its dropped columns were deleted with it; a table that has come back may have new ones.
  state.leaving.setFormerLock(key, event.lockId, { ...former, incarnation: null, columns: [] });
  const entry = state.tables.get(key);
  if (entry !== undefined) settleLeaving(state, entry);
}
