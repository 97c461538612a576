import type { ActionInput, ActionRecord } from '../model/action';
import { parseLockId } from '../model/lock-id';
import type { TaskName } from '../model/names';
import { unreachable } from '../model/invariant';
import type { CoordinatorState } from './coordinator-state';
import { planBreak } from './action-break';
import { planExcludeSource } from './action-exclude-source';
import { planPutTask } from './action-put-task';
import { planRemoveMeta } from './action-remove-meta';
import { planRetryInfo } from './action-retry-info';
import { planUnlockOptimistic } from './action-unlock-optimistic';
import { planUnlockPessimistic } from './action-unlock-pessimistic';
import type { Plan } from './write';

/** The next step of an action that hasn't ended, as the state is now. */
export function planAction(state: CoordinatorState, action: ActionRecord, nowMs: number): Plan {
  if (action.endedAtMs !== null) return 'void';
  const { input } = action;
  // Whatever is asked meanwhile is about what is left then.
  if (input.kind !== 'remove-meta' && state.removing.size > 0 && state.isBeingRemoved(taskOf(input))) return 'wait';
  switch (input.kind) {
    case 'put-task':
      return planPutTask({ state, action, input, nowMs });
    case 'unlock-optimistic':
      return planUnlockOptimistic({ state, action, input, nowMs });
    case 'remove-meta':
      return planRemoveMeta({ state, action, input, nowMs });
    case 'exclude-source':
      return planExcludeSource({ state, action, input, nowMs });
    case 'retry-info':
      return planRetryInfo({ state, action, input, nowMs });
    case 'unlock-pessimistic':
      return planUnlockPessimistic({ state, action, input, nowMs });
    case 'break':
      return planBreak({ state, action, input, nowMs });
    default:
      return unreachable(input);
  }
}

function taskOf(input: ActionInput): TaskName {
  return 'task' in input ? input.task : parseLockId(input.lockId).task;
}
