import { unreachable } from '../model/invariant';
import type { CoordinatorState } from './coordinator-state';
import { planExcludeSource } from './action-exclude-source';
import { planRemoveMeta } from './action-remove-meta';
import { planRetryInfo } from './action-retry-info';
import { planUnlockOptimistic } from './action-unlock-optimistic';
import type { Plan } from './write';

/** The next step of an action that hasn't ended, as the state is now. */
export function planAction(state: CoordinatorState, id: string, nowMs: number): Plan {
  const action = state.actions.get(id);
  if (action === undefined || action.endedAtMs !== null) return 'void';
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
    case 'break':
      return 'void';
    default:
      return unreachable(input);
  }
}
