import type { LockId } from '../model/lock-id';
import type { CoordinatorState } from './coordinator-state';
import type { HeldReports } from './held-reports';
import { decideAgain } from './optimistic-again';
import { markDone } from './optimistic-operation';
import { askSchemas, isHeld, lacksSchemas } from './optimistic-schemas';
import type { TableEntry } from './table-entry';

/** Decide what has waited for schemas that are known by now, in the order of the reports. */
export function decideHeld(state: CoordinatorState): void {
  for (const [lockId, reports] of [...state.downstream.held]) {
    const target = state.targets.get(lockId);
    if (target !== undefined && lacksSchemas(state, target)) {
      if (waits(state, reports, lockId)) {
        // Tables may have come since.
        askSchemas(state, target);
        continue;
      }
      // Whoever reported has gone, so nobody wants the schemas any more.
      for (const { key } of target.unregistered) state.outbox.settle({ kind: 'know-schema', table: key });
    }
    state.downstream.held.delete(lockId);
    decideAll(
      state,
      [...reports].filter((entry) => isHeld(state, entry, lockId)),
    );
  }
}

function waits(state: CoordinatorState, reports: HeldReports, lockId: LockId): boolean {
  for (const entry of reports) if (isHeld(state, entry, lockId)) return true;
  return false;
}

function decideAll(state: CoordinatorState, held: TableEntry[]): void {
  for (const entry of held.sort((a, b) => a.infoRevision - b.infoRevision)) decideAgain(state, entry, false);
  // Where nothing was recorded, what was carried out counts after all reports.
  for (const entry of held) {
    const { operation, operationRevision, infoRevision } = entry;
    if (operation?.done === true && operationRevision > infoRevision) markDone(state, entry, operation);
  }
}
