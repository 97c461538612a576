import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { ServerPhase } from '../enums';
import type { ShardCluster } from '../types/cluster';

/** What a server knows of itself. */
export interface ServerKnowledge {
  readonly state: CoordinatorState;
  readiness(): { readonly ready: boolean; readonly reasons: readonly string[] };
}

/** The answering server and its store as the API shows them. */
export function viewCluster(server: ServerKnowledge): ShardCluster {
  const { state } = server;
  const { ready, reasons } = server.readiness();
  return {
    revision: state.revision,
    phase: phaseOf(state, ready),
    notReadyBecause: reasons,
    problems: [...state.problems.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
  };
}

function phaseOf(state: CoordinatorState, ready: boolean): ServerPhase {
  if (!ready) return 'recovering';
  return state.leading ? 'leading' : 'following';
}
