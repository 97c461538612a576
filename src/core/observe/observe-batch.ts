import type { LockEvent } from '../model/lock-event';
import { NO_REVISION } from '../model/revision';
import type { Batch, Change } from '../model/store';
import { tableKey } from '../model/table-key';
import type { TableKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { takeWanted } from '../state/downstream-reading';
import type { WantedSchemas } from '../state/downstream-reading';
import { foldChange, guardProblems, takeApart } from '../state/fold';
import type { KeyedChange } from '../state/fold';
import { endOptimisticLock } from '../state/optimistic-end';
import { decideHeld } from '../state/optimistic-held';
import { planKnowSchema } from '../state/optimistic-know-schema';
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

/** What changes let happen, in order; and which schemas are wanted of downstreams, without which reports wait. */
export interface Observation {
  readonly events: readonly LockEvent[];
  readonly wanted: readonly WantedSchemas[];
}

/** Take in the store's next changes as an observer: what DM decides is taken as it is. */
export function observeBatch(state: CoordinatorState, batch: Batch, nowMs: number): Observation {
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
  forgetLeft(state);
  return conclude(state, events, nowMs);
}

/**
 * The schemas that were wanted have been read, before any later change is taken in; null where there is no checkpoint, or
 * nobody could read it. What waited for them is decided.
 */
export function observeSchemas(
  state: CoordinatorState,
  schemas: ReadonlyMap<TableKey, string | null>,
  nowMs: number,
): Observation {
  const { downstream, revision } = state;
  const held = [...downstream.held.values()].flatMap((reports) => [...reports]);
  for (const [table, schema] of schemas) downstream.found.set(table, schema);
  // As a leader would write them, which reads all that is found before it changes anything.
  const changes = [...schemas.keys()].flatMap((table): Change[] => {
    const plan = planKnowSchema(state, table);
    const mutations = typeof plan === 'string' ? [] : plan.mutations;
    return mutations.flatMap((mutation) =>
      mutation.kind === 'put' ? [{ ...mutation, version: 1, createRevision: revision, modRevision: revision }] : [],
    );
  });
  for (const keyed of takeApart(state, changes)) guardProblems(state, keyed.change, () => foldChange(state, keyed));
  downstream.forgetReading();
  decideHeld(state);
  const contexts = held.flatMap((entry) => placed(state, entry, nowMs) ?? []);
  const events = [
    ...contexts.flatMap(infoEvents),
    ...[...new Set(contexts.map(({ target }) => target))].flatMap(syncedEvents),
  ];
  return conclude(state, events, nowMs);
}

function conclude(state: CoordinatorState, events: readonly LockEvent[], nowMs: number): Observation {
  for (const event of events) state.past.take(event, nowMs);
  const wanted = takeWanted(state, [...state.outbox]);
  // Nobody here writes anything.
  state.outbox.clear();
  return { events, wanted };
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
  // What stood in the downstream when this lock began says nothing about the next one.
  if (state.downstream.recorded.has(target.task)) for (const entry of target.tables) entry.initial = null;
  endOptimisticLock(state, target);
  return [...events, { ...of, kind: 'LockResolved' }];
}
