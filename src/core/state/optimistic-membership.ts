import { invariant } from '../model/invariant';
import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../model/names';
import { NO_REVISION, parseRevision } from '../model/revision';
import type { Revision } from '../model/revision';
import { sourceKey } from '../model/table-key';
import type { DropMark } from '../optimistic/dropped-columns';
import { OptimisticLock } from '../optimistic/lock';
import type { Shape } from '../table/shape';
import type { CoordinatorState, SourceTablesState } from './coordinator-state';
import { dropUntold, forgetContents, leaveBehind, settleLeaving } from './optimistic-leaving';
import { settleRedirect } from './optimistic-redirect';
import { lacksSchema } from './optimistic-schemas';
import type { Membership, TableEntry, Target } from './table-entry';
import type { TargetLock } from './target';

/** One upstream table and where it routes to. */
export interface RoutedTable {
  readonly target: DownstreamTable;
  readonly table: UpstreamTable;
}

/**
 * The source tables of a source are now these (3-optimistic.md, *Source tables change*): new tables enter their target's
 * lock, tables that are gone leave it.
 */
export function changeSourceTables(
  state: CoordinatorState,
  task: TaskName,
  source: SourceId,
  routed: readonly RoutedTable[],
  { revision, since }: Pick<SourceTablesState, 'revision' | 'since'>,
): void {
  const known = state.sourceTablesOf(task, source);
  const wanted = new Map(routed.map(({ table, target }) => [state.entryOf(task, table), target]));
  for (const entry of known.tables) if (!wanted.has(entry)) leaveTarget(state, entry);
  for (const [entry, target] of wanted) joinTarget(state, entry, state.targetOf(task, target), 'source-tables');
  known.tables = [...wanted.keys()];
  known.revision = revision;
  known.since = since;
  // Of a source that has gone nothing is kept.
  if (known.tables.length === 0 && revision === NO_REVISION) state.sourceTables.delete(sourceKey(task, source));
}

/** `entry` belongs to `target` from now on, and to its lock if there is one. */
export function joinTarget(
  state: CoordinatorState,
  entry: TableEntry,
  target: Target,
  membership: Exclude<Membership, 'none'>,
): void {
  if (entry.target === target) {
    entry.membership = entry.membership === 'source-tables' ? 'source-tables' : membership;
    return;
  }
  const isNew = entry.target === null;
  // What is stored for its former target goes; an info that moves the table is of the new one.
  depart(state, entry, membership === 'info' ? entry.infoRevision : null);
  if (isNew) beginAnew(state, entry, membership);
  if (isNew && membership === 'info') state.sourceTablesOf(entry.task, entry.source).tables.push(entry);
  entry.target = target;
  entry.membership = membership;
  target.tables.add(entry);
  if (target.lock !== null) {
    addMember(state, entry, target.lock.lock);
    if (entry.member !== null) state.outbox.ask({ kind: 'record-member', table: entry.key });
    settleLock(state, target);
  }
  // Reports that wait for the schemas of the other tables wait for its own as well.
  if (state.downstream.held.has(target.lockId) && lacksSchema(state, entry))
    state.outbox.ask({ kind: 'know-schema', table: entry.key });
  settleLeaving(state, entry);
}

/**
 * The info of `entry` is for another target than its worker lists it for: it is of a process that doesn't speak for the table
 * any more, and goes. It has replaced what told where the table stands, so the table begins anew in the lock of its target.
 */
export function joinAnew(state: CoordinatorState, entry: TableEntry): void {
  const { task, target, infoRevision } = entry;
  if (target === null) return;
  leaveTarget(state, entry);
  joinTarget(state, entry, state.targetOf(task, target.table), 'source-tables');
  state.leaving.mark(entry.key, infoRevision);
  state.outbox.ask({ kind: 'forget-table', table: entry.key });
}

/** `entry` was dropped upstream, or its task was stopped there: it leaves its lock, and what is stored of it goes. */
export function leaveTarget(state: CoordinatorState, entry: TableEntry): void {
  if (entry.target === null) return;
  entry.membership = 'none';
  depart(state, entry, null);
  settleLeaving(state, entry);
}

function depart(state: CoordinatorState, entry: TableEntry, since: Revision | null): void {
  if (entry.target === null) return;
  const { target, decisionRevision } = entry;
  const incarnation = target.lock?.lock.origin.incarnation ?? null;
  const marks = [...(state.setAside.get(entry.key)?.marks ?? []), ...detach(state, entry, target)];
  state.outbox.settle({ kind: 'know-schema', table: entry.key });
  entry.decisionRevision = NO_REVISION;
  entry.decidedRevision = NO_REVISION;
  entry.decidedAtMs = null;
  const left = { incarnation, decisionRevision, columns: marks.map(({ column }) => column) };
  leaveBehind(state, entry, target.lockId, left, since);
  settleLock(state, target);
  state.dropTargetIfUnused(target);
}

/**
 * What is stored of a table that nobody listed, or that has just left, isn't of the life that begins now. An info that adds
 * its table is of its new life itself.
 */
function beginAnew(state: CoordinatorState, entry: TableEntry, membership: Membership): void {
  const hasPast = entry.infoRevision !== NO_REVISION || entry.operationRevision !== NO_REVISION;
  if (membership === 'source-tables' && hasPast) forgetContents(state, entry);
  else if (state.leaving.get(entry.key) !== undefined)
    state.leaving.mark(entry.key, parseRevision(Math.max(0, state.revision - 1)));
}

/** Make the lock of `target` for the info of `by`: `initial` is the schema before it. */
export function createLock(state: CoordinatorState, target: Target, by: TableEntry, initial: Shape): TargetLock {
  invariant(target.lock === null, 'a target has one lock');
  const origin = { id: target.lockId, task: target.task, target: target.table, incarnation: by.infoRevision, initial };
  const lock = new OptimisticLock(origin, state.emptyCounts);
  for (const entry of target.tables) addMember(state, entry, lock);
  target.lock = {
    lock,
    createdBy: by.key,
    recorded: false,
    createdAtMs: null,
    progressAtMs: null,
    parked: new Set(),
    forgotten: new Set(),
    toldSynced: false,
  };
  state.outbox.ask({ kind: 'record-lock', lockId: target.lockId });
  return target.lock;
}

/** Make the lock of `target` as its record describes it. */
export function restoreLock(
  state: CoordinatorState,
  target: Target,
  {
    initial,
    incarnation,
    createdAtMs,
    synced,
  }: {
    readonly initial: Shape;
    readonly incarnation: Revision;
    readonly createdAtMs: number;
    readonly synced: boolean;
  },
): void {
  invariant(target.lock === null, 'a target has one lock');
  const origin = { id: target.lockId, task: target.task, target: target.table, incarnation, initial };
  const lock = new OptimisticLock(origin, state.emptyCounts);
  target.lock = {
    lock,
    createdBy: null,
    recorded: true,
    createdAtMs,
    progressAtMs: null,
    parked: new Set(),
    forgotten: new Set(),
    toldSynced: synced,
  };
  for (const entry of target.tables) addMember(state, entry, lock);
}

/** The lock of `target` is gone: its tables are members of nothing, and nothing is to be written for it. */
export function dropLock(state: CoordinatorState, target: Target): void {
  for (const entry of target.tables) {
    entry.member = null;
    state.setAside.delete(entry.key);
    dropPending(state, entry);
  }
  state.outbox.settle({ kind: 'record-lock', lockId: target.lockId });
  state.outbox.settle({ kind: 'tell-synced', lockId: target.lockId });
  state.removals.delete(target.lockId);
  for (const column of target.lock?.forgotten ?? [])
    state.outbox.settle({ kind: 'forget-column', lockId: target.lockId, column });
  target.lock = null;
}

/** After a change of a lock: it may have become synced, resolved, or empty. */
export function settleLock(state: CoordinatorState, target: Target): void {
  if (target.lock === null) return;
  const { lock, toldSynced } = target.lock;
  if (lock.synced === toldSynced) state.outbox.settle({ kind: 'tell-synced', lockId: target.lockId });
  else state.outbox.ask({ kind: 'tell-synced', lockId: target.lockId });
  if (!lock.resolved) releaseAnswers(state, target.lock);
  // One whose tables are all left out by hand waits for them.
  if (target.tables.size === 0) endEmptyLock(state, target, target.lock);
  else if (lock.resolved) state.outbox.ask({ kind: 'remove-optimistic-lock', lockId: target.lockId });
  else state.outbox.settle({ kind: 'remove-optimistic-lock', lockId: target.lockId });
}

/** A lock without tables is gone; so is what is stored of it, soon. */
function endEmptyLock(state: CoordinatorState, target: Target, { recorded }: TargetLock): void {
  dropLock(state, target);
  state.outbox.settle({ kind: 'remove-optimistic-lock', lockId: target.lockId });
  const remains = { kind: 'remove-remains', lockId: target.lockId } as const;
  if (recorded || state.outbox.has(remains)) state.outbox.ask(remains);
  else dropUntold(state, target.lockId);
  state.dropTargetIfUnused(target);
}

/** Make `entry` a member of its target's lock, unless its source is left out of the task. */
export function addMember(state: CoordinatorState, entry: TableEntry, lock: OptimisticLock): void {
  if (state.isExcluded(entry)) return;
  const { schema, done } = placeOf(state, entry, lock);
  entry.member = lock.add(entry.key, schema);
  if (done) lock.setDone(entry.member, true);
}

/**
 * The worker of `entry` has said which schema it has. If it has reported nothing in its lock, it is there with that schema,
 * whatever it was taken for: a restart, too, finds only what was said last.
 */
export function placeUnreported(state: CoordinatorState, entry: TableEntry): void {
  const { member, target, info, decidedRevision } = entry;
  if (member === null || target?.lock == null || info !== null || decidedRevision !== NO_REVISION) return;
  const { lock } = target.lock;
  const { schema, done } = placeOf(state, entry, lock);
  if (member.normal === schema && member.done === done) return;
  lock.place(member, schema, null);
  lock.setDone(member, done);
  if (entry.decisionRevision !== NO_REVISION) state.outbox.ask({ kind: 'record-member', table: entry.key });
  settleLock(state, target);
}

/** Where a table that has reported nothing stands in a lock. */
export function placeOf(
  state: CoordinatorState,
  entry: TableEntry,
  { origin }: OptimisticLock,
): { readonly schema: Shape; readonly done: boolean } {
  const known = entry.initial ?? (hasTakenPart(entry) ? state.agreedSchemas.get(origin.id) : undefined);
  // A shard that is created with the new schema meets no DDL: it isn't at that with which the lock began.
  const isBeyond = entry.initial !== null && entry.isRegistered && entry.initial !== origin.initial;
  const done = known !== undefined && (hasTakenPart(entry) || isBeyond) && isAtRest(entry);
  return { schema: known ?? origin.initial, done };
}

/** Whether the table was in locks before, as far as the API knows: DM's workers leave nothing that would tell. */
function hasTakenPart({ attempt }: TableEntry): boolean {
  return attempt !== null;
}

/**
 * Whether nothing is owed by the table: then a lock needn't wait until it has done something, which for a DDL that only
 * another table met (once more, after a crash, or because it changes nothing here) it never would.
 */
function isAtRest({ info, operation }: TableEntry): boolean {
  return info === null && operation?.done !== false;
}

/** Take `entry` out of `target` and its lock; the marks on columns that it had dropped. */
function detach(state: CoordinatorState, entry: TableEntry, target: Target): readonly DropMark[] {
  target.tables.delete(entry);
  entry.target = null;
  state.setAside.delete(entry.key);
  forgetColumns(state, entry, target);
  dropPending(state, entry);
  const marks = target.lock === null || entry.member === null ? [] : target.lock.lock.remove(entry.member);
  entry.member = null;
  return marks;
}

/** `entry` goes out of its lock: the marks on columns whose drop it has completed are deleted without its record. */
export function forgetColumns(state: CoordinatorState, entry: TableEntry, { lockId, lock }: Target): void {
  if (lock === null) return;
  for (const column of state.finished.get(entry.key)?.forget ?? []) {
    lock.forgotten.add(column);
    state.outbox.ask({ kind: 'forget-column', lockId, column });
  }
}

/** Nothing is owed to `entry` any more. */
export function dropPending(state: CoordinatorState, entry: TableEntry): void {
  state.answers.delete(entry.key);
  state.finished.delete(entry.key);
  settleRedirect(state, entry.key);
  for (const kind of ['answer', 'record-done', 'record-member'] as const) {
    state.outbox.settle({ kind, table: entry.key });
  }
}

/** The lock isn't resolved any more: answers that its removal should have carried go out by themselves. */
function releaseAnswers(state: CoordinatorState, held: TargetLock): void {
  for (const table of held.parked) if (state.answers.has(table)) state.outbox.ask({ kind: 'answer', table });
  held.parked.clear();
}
