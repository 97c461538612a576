import type { CoordinatorState } from './coordinator-state';
import { decideAgain } from './optimistic-again';
import { markDone } from './optimistic-operation';
import { holdReports, lacksSchemas } from './optimistic-schemas';
import type { TableEntry, Target } from './table-entry';

/** Decide what has waited for schemas that are known by now, in the order of the reports. */
export function decideHeld(state: CoordinatorState): void {
  for (const lockId of [...state.downstream.waiting]) {
    const target = state.targets.get(lockId);
    if (target !== undefined && lacksSchemas(state, target)) {
      // Tables may have come since.
      holdReports(state, target);
      continue;
    }
    state.downstream.waiting.delete(lockId);
    if (target !== undefined) decideAll(state, target);
  }
}

function decideAll(state: CoordinatorState, target: Target): void {
  const held = [...target.tables].filter((entry) => isHeld(state, entry));
  for (const entry of held.sort((a, b) => a.infoRevision - b.infoRevision)) decideAgain(state, entry, false);
  // Where nothing was recorded, what was carried out counts after all reports.
  for (const entry of held) {
    const { operation, operationRevision, infoRevision } = entry;
    if (operation?.done === true && operationRevision > infoRevision) markDone(state, entry, operation);
  }
}

function isHeld(state: CoordinatorState, entry: TableEntry): boolean {
  return entry.info !== null && !entry.isAnswered && !state.answers.has(entry.key) && !state.isExcluded(entry);
}
