import type { SourceId, TaskName } from '../model/names';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './held-lock';
import { reviewOrders } from './pessimistic-due';

/**
 * Something about the lock has changed, or about one of its sources: look at what it needs, and at the unlock that runs on
 * it.
 */
export function touchLock(state: CoordinatorState, held: HeldLock, source: SourceId | null = null): void {
  const { lock } = held;
  reviewOrders(state, held, source);
  state.outbox.ask({ kind: 'drive-pessimistic-lock', lockId: lock.origin.id });
  if (lock.unlock !== null) askAction(state, lock.unlock.actionId);
}

/** Something about a source has changed: its operation may be due in any of its task's locks, or nobody's any more. */
export function touchSource(state: CoordinatorState, task: TaskName, source: SourceId): void {
  const entry = state.pessimistic.entryOf(task, source);
  const { key, operation, mark } = entry;
  for (const held of state.pessimistic.locksOf(task))
    if (held.lock.participants.has(source)) touchLock(state, held, source);
  if (mark !== null) askAction(state, mark.actionId);
  if (mark !== null || operation !== null) state.outbox.ask({ kind: 'clean-source', source: key });
  else state.outbox.settle({ kind: 'clean-source', source: key });
  state.pessimistic.dropIfForgotten(entry);
}

/** Time has passed: actions whose wait is over go on. */
export function askOverdueActions(state: CoordinatorState, nowMs: number): void {
  for (const [id, deadlineMs] of state.pessimistic.deadlines) if (deadlineMs <= nowMs) askAction(state, id);
}

function askAction(state: CoordinatorState, id: string): void {
  const action = state.actions.get(id);
  if (action?.endedAtMs === null) state.outbox.ask({ kind: 'advance-action', action: id });
}
