import type { Revision } from '../model/revision';
import type { KeyValue } from '../model/store';
import type { CoordinatorState } from './coordinator-state';
import { foldChange, guardProblems, takeApart } from './fold';
import type { KeyedChange } from './fold';
import { foldLeader } from './fold-member';
import { decideHeld } from './optimistic-held';
import { recoverOptimistic } from './recover-optimistic';
import { recoverPessimistic } from './recover-pessimistic';

/** Kinds of keys whose values mean the same whenever they are read: they are folded as if they came now. */
const TIMELESS: ReadonlySet<KeyedChange['key']['kind']> = new Set([
  'task',
  'downstream',
  'subtask',
  'registered-worker',
  'alive-worker',
  'bound-worker',
  'session',
  'initial-schema',
  'agreed-schema',
  'source-tables',
  'optimistic-source-tables',
  'attempt',
  'source-attempt',
  'failure',
  'source-failure',
  'status',
  'action',
  'break',
  'settled',
  'member',
]);

/**
 * Build the state from what the store holds at `revision` (3-optimistic.md, *Recovery*), in time proportional to the
 * number of values. `state` is new. The result is the state that a server would have that had read all changes since the
 * beginning; where no decision records are, what DM would have.
 */
export function recover(state: CoordinatorState, values: readonly KeyValue[], revision: Revision): void {
  state.revision = revision;
  const keyed = takeApart(
    state,
    values.map((value) => ({ kind: 'put', ...value })),
  );
  for (const each of keyed) {
    if (TIMELESS.has(each.key.kind)) guardProblems(state, each.change, () => foldChange(state, each));
    // What becomes unknown with a new leader isn't in a state that is built anew.
    if (each.key.kind === 'leader') guardProblems(state, each.change, () => foldLeader(state, each.change));
    if (each.key.kind === 'journal') guardProblems(state, each.change, () => foldChange(state, each));
  }
  forgetNews(state);
  recoverOptimistic(state, keyed);
  decideHeld(state);
  recoverPessimistic(state, keyed);
  // Nor is what was ignored then told as if it came now.
  state.ignoredAcknowledgements = [];
}

/** What was read is of the past: nobody is told of it again. */
function forgetNews(state: CoordinatorState): void {
  for (const source of state.workerNews.keys()) state.outbox.settle({ kind: 'announce-worker', source });
  state.workerNews.clear();
  state.published = [];
  state.touchedOperations = [];
}
