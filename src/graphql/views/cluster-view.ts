import type { CoordinatorService } from '../../coordinator/service';
import { storeProblems } from '../../core/diagnosis/store-problem';
import type { Problem } from '../../core/diagnosis/problem';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { ServerPhase } from '../enums';
import type { ShardCluster, ShardServer } from '../types/cluster';
import type { ShardProblem } from '../types/diagnosis';
import { allProblems } from './problem-view';

/** What a server knows of itself. */
export type ServerKnowledge = Pick<CoordinatorService, 'state' | 'server' | 'readiness' | 'usage'>;

/** The answering server, its store and the others on it, as the API shows them. */
export function viewCluster(service: ServerKnowledge): ShardCluster {
  const { state, server } = service;
  const { ready, reasons } = service.readiness();
  const phase = phaseOf(service, ready);
  const members = membersOf(state, { id: server.id, version: server.version, phase });
  return {
    id: server.id,
    version: server.version,
    phase,
    store: { kind: server.storeKind, revision: state.revision },
    revision: state.revision,
    leader: members.find(({ phase: each }) => each === 'leading') ?? null,
    members,
    notReadyBecause: reasons,
    divergences: server.role === 'observing' ? state.divergences : null,
    get problems() {
      return [...reasons.map(lagProblem), ...[...storeProblems(service.usage), ...allProblems(state)].map(viewProblem)];
    },
  };
}

/** A problem as the API shows it. */
export function viewProblem({ task, source, ...problem }: Problem): ShardProblem {
  return { ...problem, taskName: task, sourceId: source };
}

/** The servers on the store, by their IDs. One that has just started, or only looks on, knows itself at least. */
function membersOf({ members, leader }: CoordinatorState, self: ShardServer): readonly ShardServer[] {
  const others = [...members].filter(([id]) => id !== self.id);
  return [
    self,
    ...others.map(([id, { version }]) => ({ id, version, phase: id === leader ? 'leading' : 'following' }) as const),
  ].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function lagProblem(reason: string): ShardProblem {
  return {
    kind: 'watch-lag',
    sentence: `This server is not ready, and what it shows may be old: ${reason}.`,
    help: 'Look at the store and at the log of this server; it catches up by itself when the store can be reached.',
    taskName: null,
    lockId: null,
    sourceId: null,
    key: null,
    revision: null,
    remedies: [],
  };
}

function phaseOf({ state, server }: ServerKnowledge, ready: boolean): ServerPhase {
  if (!ready) return 'recovering';
  if (server.role === 'observing') return 'observing';
  return state.leading ? 'leading' : 'following';
}
