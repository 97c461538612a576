import type { LockState } from '../model/lock-state';
import type { LockId } from '../model/lock-id';
import type { Mode } from '../model/mode';
import type { Revision } from '../model/revision';
import type { KeyValue, StoreUsage } from '../model/store';
import { recoverObserver } from '../observe/adopt-answers';
import { describeMutation } from '../request/describe-write';
import { CoordinatorState } from '../state/coordinator-state';
import { planObligation } from '../state/planner';
import { recover } from '../state/recovery';
import { DM_LEADER_PREFIX } from '../wire/dm-keys';
import { LOCKSTEP_LEADER_KEY } from '../wire/lockstep-keys';
import { waitReasonsOfLock } from './diagnose';
import type { Problem } from './problem';
import { problemsOf } from './problems';
import { readStore } from './read-store';
import { storeProblems } from './store-problem';

/** A lock as it is found in a store. */
export interface ExaminedLock {
  readonly id: LockId;
  readonly mode: Mode;
  readonly state: LockState;
  /** The first things that it waits for. */
  readonly waits: readonly string[];
}

/** What a store looks like from outside. */
export interface Examination {
  readonly revision: Revision;
  /** How many values it holds of those that a server reads. */
  readonly valueCount: number;
  /** Who leads there, by the keys. */
  readonly leader: 'dm-master' | 'lockstep' | null;
  readonly locks: readonly ExaminedLock[];
  readonly problems: readonly Problem[];
  /** What a server that began to lead there now would put and delete first of what workers read; none where DM leads. */
  readonly wouldDo: readonly string[];
}

/** How many waits of one lock are told. */
const WAITS_A_LOCK = 3;

/**
 * Look at everything that a store holds at a revision as a server would when it starts; beside a dm-master as an observer
 * would. Nothing comes of it but words.
 */
export function examine({
  values,
  revision,
  operationsPerWrite,
  nowMs,
  usage,
}: {
  readonly values: readonly KeyValue[];
  readonly revision: Revision;
  readonly operationsPerWrite: number;
  readonly nowMs: number;
  /** How full the store is; null: it has no end. */
  readonly usage: StoreUsage | null;
}): Examination {
  const leader = leaderOf(values);
  const state = new CoordinatorState({ operationsPerWrite });
  (leader === 'dm-master' ? recoverObserver : recover)(state, values, revision);
  const locks = readStore(state).locks.map(({ lockId, mode, state: lockState }) => ({
    id: lockId,
    mode,
    state: lockState,
    waits: waitReasonsOfLock(state, lockId, WAITS_A_LOCK).map(({ sentence }) => sentence),
  }));
  return {
    revision,
    valueCount: values.length,
    leader,
    locks: locks.sort((a, b) => (a.id < b.id ? -1 : 1)),
    problems: [...storeProblems(usage), ...problemsOf(state)],
    wouldDo: foreseen(state, nowMs),
  };
}

function leaderOf(values: readonly KeyValue[]): Examination['leader'] {
  if (values.some(({ key }) => key.startsWith(DM_LEADER_PREFIX))) return 'dm-master';
  return values.some(({ key }) => key === LOCKSTEP_LEADER_KEY) ? 'lockstep' : null;
}

/** The first write for everything that is owed; each would be planned again when the ones before it have come back. */
function foreseen(state: CoordinatorState, nowMs: number): string[] {
  state.leading = true;
  return [...state.outbox].flatMap((obligation) => {
    const plan = planObligation(state, obligation, nowMs);
    return typeof plan === 'string' ? [] : plan.mutations.flatMap(describeMutation).map(({ sentence }) => sentence);
  });
}
