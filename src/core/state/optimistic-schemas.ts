import type { LockId } from '../model/lock-id';
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
  return firstLacking(state, target) !== null;
}

/** The report of `entry` to `target` waits: ask for what is missing. */
export function holdReport(state: CoordinatorState, target: Target, entry: TableEntry): void {
  state.downstream.hold(target.lockId, entry);
  askSchemas(state, target);
}

/** Ask for the schemas that `target` lacks. If the first of them is asked for, so are those that it lacked then. */
export function askSchemas(state: CoordinatorState, target: Target): void {
  const first = firstLacking(state, target);
  if (first === null || state.outbox.has({ kind: 'know-schema', table: first.key })) return;
  for (const entry of target.unregistered)
    if (lacksSchema(state, entry)) state.outbox.ask({ kind: 'know-schema', table: entry.key });
}

/** Whether a report of `entry` to the lock is stored and still waits. */
export function isHeld(state: CoordinatorState, entry: TableEntry, lockId: LockId): boolean {
  const isUndecided = entry.info !== null && !entry.isAnswered && !state.answers.has(entry.key);
  return isUndecided && entry.target?.lockId === lockId && !state.isExcluded(entry);
}

function firstLacking(state: CoordinatorState, { task, unregistered }: Target): TableEntry | null {
  if (!state.downstream.recorded.has(task)) return null;
  for (const entry of unregistered) {
    if (lacksSchema(state, entry)) return entry;
    // Until it is in another lock nobody need look at it again.
    if (entry.member !== null && entry.member.version > 0) unregistered.delete(entry);
  }
  return null;
}
