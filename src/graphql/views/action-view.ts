import type { ActionFailure, ActionInput, ActionRecord, ActionWorkerResult } from '../../core/model/action';
import { ErrorCatalogue } from '../../core/model/error-catalogue';
import { unreachable } from '../../core/model/invariant';
import { parseLockId } from '../../core/model/lock-id';
import type { LockId } from '../../core/model/lock-id';
import type { TaskName } from '../../core/model/names';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { ActionFilter } from '../inputs/read-inputs';
import type { ShardAction, ShardActionFailure, ShardWorkerResult } from '../types/action';

/**
 * A manual action as the API shows it.
 * @param id null for one that isn't recorded
 */
export function viewAction(record: ActionRecord, id: string | null = record.id): ShardAction {
  const { input, state, actor, reason, askedAtMs, deadlineMs, endedAtMs, result } = record;
  return {
    id,
    kind: input.kind,
    state,
    ...subjectOf(input),
    actor,
    reason,
    askedAt: new Date(askedAtMs),
    deadlineAt: deadlineMs === null ? null : new Date(deadlineMs),
    endedAt: endedAtMs === null ? null : new Date(endedAtMs),
    failure: viewFailure(result?.failure ?? null),
    workers: result?.workers.map(viewWorkerResult) ?? [],
    changes: result?.changes ?? [],
  };
}

/** The actions that match a filter. */
export function* listActions({ actions }: CoordinatorState, filter: ActionFilter): Generator<ActionRecord> {
  const { task, lockId, actor, kinds, states } = filter;
  for (const record of actions.values()) {
    if (actor !== null && record.actor !== actor) continue;
    if (kinds?.has(record.input.kind) === false || states?.has(record.state) === false) continue;
    const subject = subjectOf(record.input);
    if ((task === null || subject.taskName === task) && (lockId === null || subject.lockId === lockId)) yield record;
  }
}

/** Orders actions: the one that was asked for last comes first. */
export function newestFirst({ askedAtMs, id }: ActionRecord): string {
  return `${String(Number.MAX_SAFE_INTEGER - askedAtMs).padStart(16, '0')} ${id}`;
}

function viewWorkerResult({ source, failure }: ActionWorkerResult): ShardWorkerResult {
  return { sourceId: source, result: failure === null, failure: viewFailure(failure) };
}

function viewFailure(failure: ActionFailure | null): ShardActionFailure | null {
  if (failure === null) return null;
  return { code: failure.code, message: failure.message, help: ErrorCatalogue[failure.code].help };
}

/** The task and the lock that an action concerns. */
function subjectOf(input: ActionInput): { taskName: TaskName; lockId: LockId | null } {
  switch (input.kind) {
    case 'unlock-optimistic':
    case 'unlock-pessimistic':
      return { taskName: parseLockId(input.lockId).task, lockId: input.lockId };
    case 'break':
      return { taskName: input.task, lockId: input.removeId };
    case 'remove-meta':
    case 'exclude-source':
    case 'retry-info':
    case 'put-task':
      return { taskName: input.task, lockId: null };
    default:
      return unreachable(input);
  }
}
