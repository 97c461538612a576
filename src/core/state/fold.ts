import { LockstepError } from '../model/error';
import { unreachable } from '../model/invariant';
import { NO_REVISION } from '../model/revision';
import type { Batch, Change } from '../model/store';
import { parseDmKey } from '../wire/dm-keys';
import type { DmKey } from '../wire/dm-keys';
import { parseLockstepKey } from '../wire/lockstep-keys';
import type { LockstepKey } from '../wire/lockstep-keys';
import type { CoordinatorState } from './coordinator-state';
import { trackDmWorkers } from './dm-running';
import { decideHeld } from './optimistic-held';
import { foldDmWorker } from './fold-dm-worker';
import { foldLockstepChange } from './fold-lockstep';
import {
  foldDroppedColumn,
  foldOptimisticInfo,
  foldOptimisticOperation,
  foldOptimisticSourceTables,
} from './fold-optimistic';
import { foldPessimisticInfo, foldPessimisticOperation, foldSubtask } from './fold-pessimistic';

/** A change whose key was taken apart. */
export type KeyedChange = { readonly change: Change } & (
  { readonly layout: 'dm'; readonly key: DmKey } | { readonly layout: 'lockstep'; readonly key: LockstepKey }
);

/**
 * In which order the changes of one revision take effect: what a decision reads comes before the info that asks for it.
 */
const ORDER: Readonly<Record<DmKey['kind'] | LockstepKey['kind'], number>> = {
  leader: 0,
  member: 0,
  task: 0,
  downstream: 0,
  subtask: 0,
  'registered-worker': 0,
  'alive-worker': 0,
  'bound-worker': 0,
  session: 0,
  'initial-schema': 1,
  'agreed-schema': 1,
  'source-tables': 2,
  'optimistic-source-tables': 2,
  attempt: 2,
  'source-attempt': 2,
  failure: 3,
  'source-failure': 3,
  status: 3,
  action: 3,
  break: 3,
  lock: 4,
  'lock-sources': 5,
  participant: 5,
  'ddl-conflict': 5,
  decision: 5,
  'optimistic-operation': 6,
  'pessimistic-operation': 6,
  'dropped-column': 6,
  'optimistic-info': 7,
  'pessimistic-info': 7,
  journal: 8,
  settled: 8,
};

/** After everything else. */
const LAST = 9;

/** Take in all changes of one revision. A change that cannot be read is reported in `state.problems` and skipped. */
export function foldBatch(state: CoordinatorState, batch: Batch): void {
  state.revision = batch.revision;
  const keyed = takeApart(state, batch.changes);
  for (const each of keyed) guardProblems(state, each.change, () => foldChange(state, each));
  if (state.downstream.held.size > 0) decideHeld(state);
}

/** The changes with their keys taken apart, in the order in which they take effect. */
export function takeApart(state: CoordinatorState, changes: readonly Change[]): KeyedChange[] {
  const keyed = changes.flatMap((change) => keyedChange(state, change));
  return keyed.length > 1 ? keyed.sort((a, b) => rankOf(a) - rankOf(b)) : keyed;
}

/** A lock ends only after what belongs to it, and then its records of its sources mean nothing any more. */
function rankOf({ key, change }: KeyedChange): number {
  if (change.kind === 'put') return ORDER[key.kind];
  if (key.kind === 'lock') return LAST;
  const isOfLock = key.kind === 'lock-sources' || key.kind === 'participant' || key.kind === 'ddl-conflict';
  return isOfLock ? LAST + 1 : ORDER[key.kind];
}

/** Do `fold`; a value that cannot be read makes a problem of its key, until the key's next change. */
export function guardProblems(state: CoordinatorState, change: Change, fold: () => void): void {
  const { key, modRevision } = change;
  try {
    fold();
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    // A key that means nothing has gone: there is nothing left to read.
    if (change.kind === 'put') state.problems.set(key, { key, message: error.message, revision: modRevision });
  }
}

function keyedChange(state: CoordinatorState, change: Change): KeyedChange[] {
  const found: KeyedChange[] = [];
  state.problems.delete(change.key);
  guardProblems(state, change, () => {
    const dm = parseDmKey(change.key);
    if (dm !== null) found.push({ change, layout: 'dm', key: dm });
    const own = dm === null ? parseLockstepKey(change.key) : null;
    if (own !== null) found.push({ change, layout: 'lockstep', key: own });
  });
  return found;
}

/** Take in one change. */
export function foldChange(state: CoordinatorState, keyed: KeyedChange): void {
  if (keyed.layout === 'lockstep') foldLockstepChange(state, keyed.key, keyed.change);
  else foldDmChange(state, keyed.key, keyed.change);
}

function foldDmChange(state: CoordinatorState, key: DmKey, change: Change): void {
  switch (key.kind) {
    case 'optimistic-source-tables':
      return foldOptimisticSourceTables(state, key, change);
    case 'optimistic-info':
      return foldOptimisticInfo(state, key, change);
    case 'optimistic-operation':
      return foldOptimisticOperation(state, key, change);
    case 'dropped-column':
      return foldDroppedColumn(state, key, change);
    case 'pessimistic-info':
      return foldPessimisticInfo(state, key, change);
    case 'pessimistic-operation':
      return foldPessimisticOperation(state, key, change);
    case 'subtask':
      return trackDmWorkers(state, key, () => foldSubtask(state, key, change));
    case 'alive-worker':
    case 'bound-worker':
      return trackDmWorkers(state, key, () => foldDmWorker(state, key, change));
    case 'registered-worker':
      return foldDmWorker(state, key, change);
    default:
      return unreachable(key);
  }
}

/** The revision of a put, or none for a deletion. */
export function revisionOf(change: Change): typeof change.modRevision {
  return change.kind === 'put' ? change.modRevision : NO_REVISION;
}
