import type { Revision } from '../model/revision';
import type { KeyValue } from '../model/store';
import type { CoordinatorState } from '../state/coordinator-state';
import { settleRedirect } from '../state/optimistic-redirect';
import { recover } from '../state/recovery';
import { dmKeyKind } from '../wire/dm-keys';
import { acceptAnswer } from './observe-optimistic';

/**
 * Build the state of an observer from what the store holds at `revision`, of which only DM's keys count. What DM had
 * answered before is answered, as it is.
 */
export function recoverObserver(state: CoordinatorState, values: readonly KeyValue[], revision: Revision): void {
  const ofDm = values.filter(({ key }) => dmKeyKind(key) !== null);
  state.observing = true;
  recover(state, ofDm, revision);
  for (const entry of state.tables.values()) {
    const { info, operation, infoRevision, operationRevision } = entry;
    if (info === null || (operation === null && !info.ignoreConflict)) continue;
    if (operation?.stage === 'resolved') settleRedirect(state, entry.key);
    if (operationRevision > infoRevision || info.ignoreConflict) acceptAnswer(state, entry, null);
  }
  for (const { lock } of state.targets.values()) if (lock !== null) lock.toldSynced = lock.lock.synced;
  state.finished.clear();
  state.outbox.clear();
}
