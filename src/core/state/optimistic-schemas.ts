import { NO_REVISION } from '../model/revision';
import type { CoordinatorState } from './coordinator-state';
import type { TableEntry, Target } from './table-entry';

/**
 * Whether the schema with which `entry` enters its lock is still to be read from the downstream: its task is read, no worker
 * registered one, and it hasn't reported in the lock.
 */
export function lacksSchema(state: CoordinatorState, entry: TableEntry): boolean {
  if (entry.initial !== null || entry.target === null || state.isExcluded(entry)) return false;
  if (!state.downstream.recorded.has(entry.task)) return false;
  if (entry.target.lock === null) return true;
  const { member } = entry;
  const isUndecided = entry.decidedRevision === NO_REVISION && !state.answers.has(entry.key);
  return member?.version === 0 && !member.done && isUndecided;
}

/** Whether reports to `target` must wait, since a table of it lacks its schema. */
export function lacksSchemas(state: CoordinatorState, target: Target): boolean {
  if (!state.downstream.recorded.has(target.task)) return false;
  for (const entry of target.tables) if (lacksSchema(state, entry)) return true;
  return false;
}

/** A report to `target` waits: ask for what is missing. */
export function holdReports(state: CoordinatorState, target: Target): void {
  state.downstream.waiting.add(target.lockId);
  for (const entry of target.tables)
    if (lacksSchema(state, entry)) state.outbox.ask({ kind: 'know-schema', table: entry.key });
}
