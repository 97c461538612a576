import type { LockEvent } from '../model/lock-event';
import { NO_REVISION } from '../model/revision';
import type { Batch } from '../model/store';
import { tableKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { foldChange, guardProblems, takeApart } from '../state/fold';
import type { KeyedChange } from '../state/fold';
import { endOptimisticLock } from '../state/optimistic-end';
import { dropUntold } from '../state/optimistic-leaving';
import { ofLock, participantOf } from '../state/optimistic-plan';
import type { Target } from '../state/table-entry';
import {
  doneEvents,
  infoEvents,
  locksOfSource,
  membershipEvents,
  operationEvents,
  placed,
  syncedEvents,
} from './observe-optimistic';
import { endResolved, sourceBefore, sourceEvents } from './observe-pessimistic';

/** A change of one of DM's keys. */
type DmChange = Extract<KeyedChange, { layout: 'dm' }>;

/** Take in the store's next changes as an observer: what DM decides is taken as it is. What they let happen, in order. */
export function observeBatch(state: CoordinatorState, batch: Batch, nowMs: number): LockEvent[] {
  state.revision = batch.revision;
  const events: LockEvent[] = [];
  const touched = new Set<Target>();
  const bereft = new Set<Target>();
  for (const keyed of takeApart(state, batch.changes)) {
    if (keyed.layout !== 'dm') continue;
    guardProblems(state, keyed.change, () => events.push(...observeChange(state, keyed, nowMs)));
    for (const target of targetsOf(state, keyed)) (isDeletionOfTable(keyed) ? bereft : touched).add(target);
  }
  for (const target of new Set([...touched, ...bereft])) events.push(...syncedEvents(target));
  for (const target of bereft) events.push(...endIfGone(state, target));
  for (const event of events) state.past.take(event, nowMs);
  forgetLeft(state);
  // Nobody here writes anything.
  state.outbox.clear();
  return events;
}

/** The fold of one change, and what it lets happen. */
function observeChange(state: CoordinatorState, keyed: DmChange, nowMs: number): LockEvent[] {
  const { key } = keyed;
  switch (key.kind) {
    case 'optimistic-info':
    case 'optimistic-operation':
      return observeTable(state, keyed, tableKey(key.task, key.table), nowMs);
    case 'optimistic-source-tables': {
      const before = locksOfSource(state, key.task, key.source);
      foldChange(state, keyed);
      return membershipEvents(before, locksOfSource(state, key.task, key.source));
    }
    case 'pessimistic-info':
    case 'pessimistic-operation': {
      const before = sourceBefore(state, key.task, key.source);
      foldChange(state, keyed);
      endResolved(state, before);
      return sourceEvents(state, key, before, nowMs);
    }
    case 'subtask':
    case 'alive-worker':
    case 'bound-worker':
    case 'registered-worker':
    case 'dropped-column':
      foldChange(state, keyed);
      return takeWorkerNews(state);
  }
}

function observeTable(
  state: CoordinatorState,
  keyed: DmChange,
  table: ReturnType<typeof tableKey>,
  nowMs: number,
): LockEvent[] {
  const pending = state.answers.get(table);
  foldChange(state, keyed);
  const context = placed(state, state.tables.get(table), nowMs);
  if (context === null || keyed.change.kind === 'delete') return [];
  if (keyed.key.kind === 'optimistic-info') return infoEvents(context);
  return context.entry.operation?.done === true ? doneEvents(context) : operationEvents(context, pending);
}

/** The targets that a change concerns, as they are after it. */
function targetsOf(state: CoordinatorState, { key }: DmChange): Target[] {
  switch (key.kind) {
    case 'optimistic-info':
    case 'optimistic-operation':
      return [state.tables.get(tableKey(key.task, key.table))?.target ?? []].flat();
    case 'optimistic-source-tables':
      return [...new Set([...locksOfSource(state, key.task, key.source).values()].map(({ target }) => target))];
    default:
      return [];
  }
}

/** Workers that came or went. */
function takeWorkerNews(state: CoordinatorState): LockEvent[] {
  const news = [...state.workerNews.values()];
  state.workerNews.clear();
  return news;
}

/** That a table left is told already, and what it left behind is DM's to delete. */
function forgetLeft(state: CoordinatorState): void {
  for (const [, { formerLocks }] of [...state.leaving])
    for (const lockId of formerLocks.keys()) dropUntold(state, lockId);
}

function isDeletionOfTable({ key, change }: DmChange): boolean {
  return change.kind === 'delete' && (key.kind === 'optimistic-info' || key.kind === 'optimistic-operation');
}

/** A lock of which DM has deleted all that it stored has ended. */
function endIfGone(state: CoordinatorState, target: Target): LockEvent[] {
  const held = target.lock;
  if (held === null) return [];
  for (const entry of target.tables)
    if (entry.infoRevision !== NO_REVISION || entry.operationRevision !== NO_REVISION) return [];
  const events: LockEvent[] = [];
  const of = ofLock({ target, held });
  const open = [...target.tables].find(({ member }) => member === null || !member.done || !held.lock.isReady(member));
  if (open !== undefined) {
    state.divergences += 1;
    const { task, lockId } = target;
    const message =
      'DM has removed the lock, which would not be resolved here, since not all of its tables are through';
    events.push({ kind: 'Divergence', task, lockId, participant: participantOf(open), message });
  }
  endOptimisticLock(state, target);
  return [...events, { ...of, kind: 'LockResolved' }];
}
