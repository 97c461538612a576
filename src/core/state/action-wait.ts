import type { FailureRecord } from '../model/records';
import type { Revision } from '../model/revision';
import type { SourceKey } from '../model/table-key';
import type { ActionContext } from './action-plan';
import type { CoordinatorState } from './coordinator-state';

/** What a worker said about the operation that was put at `operationRevision`; null: nothing, or of another one. */
export function currentFailureOf(
  state: CoordinatorState,
  key: SourceKey,
  operationRevision: Revision,
): FailureRecord | null {
  const failure = state.failures.get(key);
  return failure?.operationRevision === operationRevision ? failure : null;
}

/** When the running wait of an action ends: a worker that says that it goes on trying renews it. */
export function deadlineOf({ action, input }: ActionContext, report: FailureRecord | null): number {
  const deadlineMs = action.deadlineMs ?? 0;
  if (report?.retryable !== true || !('waitMs' in input)) return deadlineMs;
  return Math.max(deadlineMs, report.atMs + input.waitMs);
}
