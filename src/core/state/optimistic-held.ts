import type { CoordinatorState } from './coordinator-state';
import { decideAgain } from './optimistic-again';
import { markDone } from './optimistic-operation';
import { askSchemas, isHeld, lacksSchemas } from './optimistic-schemas';
import type { TableEntry } from './table-entry';

/** Decide what has waited for schemas that are known by now, in the order of the reports. */
export function decideHeld(state: CoordinatorState): void {
  for (const [lockId, reports] of [...state.downstream.held]) {
    const target = state.targets.get(lockId);
    if (target !== undefined && lacksSchemas(state, target)) {
      // Tables may have come since.
      askSchemas(state, target);
      continue;
    }
    state.downstream.held.delete(lockId);
    decideAll(
      state,
      [...reports].filter((entry) => isHeld(state, entry, lockId)),
    );
  }
}

function decideAll(state: CoordinatorState, held: TableEntry[]): void {
  for (const entry of held.sort((a, b) => a.infoRevision - b.infoRevision)) decideAgain(state, entry, false);
  // Where nothing was recorded, what was carried out counts after all reports.
  for (const entry of held) {
    const { operation, operationRevision, infoRevision } = entry;
    if (operation?.done === true && operationRevision > infoRevision) markDone(state, entry, operation);
  }
}
