import type { ActionRecord } from '../model/action';
import { unreachable } from '../model/invariant';
import type { CoordinatorState } from './coordinator-state';
import { planBreak } from './action-break';
import { planExcludeSource } from './action-exclude-source';
import { planRemoveMeta } from './action-remove-meta';
import { planRetryInfo } from './action-retry-info';
import { planUnlockOptimistic } from './action-unlock-optimistic';
import { planUnlockPessimistic } from './action-unlock-pessimistic';
import type { Plan } from './write';

/** The next step of an action that hasn't ended, as the state is now. */
export function planAction(state: CoordinatorState, action: ActionRecord, nowMs: number): Plan {
  if (action.endedAtMs !== null) return 'void';
  const { input } = action;
  switch (input.kind) {
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
