import { invariant } from '../model/invariant';
import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { Revision } from '../model/revision';
import { sameDdls } from '../pessimistic/ddl-lists';
import { PessimisticLock } from '../pessimistic/lock';
import type { CoordinatorState } from './coordinator-state';
import { HeldLock } from './held-lock';
import { touchLock, touchSource } from './pessimistic-touch';
import type { ReportedDdls, SourceEntry } from './source-entry';
import { taskSourcesOf } from './task-sources';

/**
 * The stored info of `entry` makes or joins its lock (4-pessimistic.md, *Info from a source*), unless a person breaks the
 * source out of just this wait, or has left it out of the task.
 */
export function joinLock(state: CoordinatorState, entry: SourceEntry): void {
  const { info, infoLockId, source, task } = entry;
  if (info === null || infoLockId === null || isBrokenOut(entry)) return;
  const known = taskSourcesOf(state, task);
  if (known.excluded.has(source)) return;
  const held = state.pessimistic.locks.get(infoLockId) ?? createLock(state, entry, info, entry.infoRevision);
  const { lock } = held;
  if (lock.matches(info.ddls)) {
    if (lock.addSources(known.sources)) held.hasNewSources = true;
    lock.declared ||= known.declared;
    lock.takeInfo(source, entry.infoRevision);
  } else {
    lock.addConflict(source, { infoRevision: entry.infoRevision, ddls: info.ddls });
  }
  touchLock(state, held, source);
}

/** Make the lock of an info; the info's source is its owner. */
export function createLock(
  state: CoordinatorState,
  { task, source }: SourceEntry,
  info: ReportedDdls,
  incarnation: Revision,
): HeldLock {
  const { lockId: id, target, ddls } = info;
  const origin = { id, task, target, incarnation, ddls };
  return holdLock(state, new PessimisticLock(origin, source));
}

/** Keep a lock. What is stored for an earlier one of its ID belongs to none from now on. */
export function holdLock(state: CoordinatorState, lock: PessimisticLock): HeldLock {
  const { id, task } = lock.origin;
  const held = new HeldLock(lock);
  lock.excluded = taskSourcesOf(state, task).excluded;
  state.pessimistic.addLock(held);
  for (const { source } of [...state.pessimistic.operationsOf(id)]) touchSource(state, task, source);
  return held;
}

/** The info of `source` has gone, or another one has come in its place. */
export function leaveLock(state: CoordinatorState, source: SourceId, { lockId }: ReportedDdls): void {
  const held = state.pessimistic.locks.get(lockId);
  if (held === undefined) return;
  held.lock.leaveInfo(source);
  touchLock(state, held, source);
}

/**
 * A lock of which nothing is stored any more has ended, unless it has a record: then only the deletion of that ends it.
 * Where DM decides, or before the record is written, there is none.
 */
export function endUnstoredLock(state: CoordinatorState, lockId: LockId): void {
  const held = state.pessimistic.locks.get(lockId);
  if (held === undefined || held.told !== null || state.pessimistic.isStored(lockId)) return;
  endLock(state, held);
}

/** The record of a lock was deleted: it has ended. An info that is there still makes a new one: neither is lost. */
export function endPessimisticLock(state: CoordinatorState, lockId: LockId): void {
  const held = state.pessimistic.locks.get(lockId);
  if (held?.told != null) endAndRejoin(state, held);
}

/** A lock has ended; infos of its ID that are there still make a new one. */
export function endAndRejoin(state: CoordinatorState, held: HeldLock): void {
  endLock(state, held);
  const { id, task } = held.lock.origin;
  const late = [...state.pessimistic.entriesOf(task)].filter((entry) => entry.infoLockId === id);
  for (const entry of late.sort((a, b) => a.infoRevision - b.infoRevision)) joinLock(state, entry);
}

/** The task's sources, or those that are left out, have changed. */
export function changePessimisticTask(state: CoordinatorState, task: TaskName): void {
  for (const held of state.pessimistic.locksOf(task)) {
    const { lock } = held;
    const { excluded } = taskSourcesOf(state, task);
    lock.excluded = excluded;
    for (const source of excluded) lock.endConflict(source);
    declareLock(state, held);
    touchLock(state, held);
  }
  for (const entry of state.pessimistic.entriesOf(task)) if (!isTaken(state, entry)) joinLock(state, entry);
}

/** The task's sources are known to be complete, so the lock takes them in. */
export function declareLock(state: CoordinatorState, held: HeldLock): void {
  const { lock } = held;
  const known = taskSourcesOf(state, lock.origin.task);
  if (lock.declared || !known.declared) return;
  lock.declared = true;
  if (lock.addSources(known.sources)) held.hasNewSources = true;
}

/** Take sources out of a task's locks, since all that is stored of them is removed; none: all locks go with their records. */
export function removeParticipants(state: CoordinatorState, task: TaskName, sources: readonly SourceId[]): void {
  for (const held of state.pessimistic.locksOf(task)) {
    for (const source of sources) {
      held.lock.removeSource(source);
      touchLock(state, held, source);
    }
  }
}

/** The conflict that the info of `entry` makes is taken care of. */
export function dropConflict(state: CoordinatorState, { infoLockId, source }: SourceEntry): void {
  if (infoLockId !== null) state.pessimistic.locks.get(infoLockId)?.lock.endConflict(source);
}

/** Whether a person breaks the source out of the wait that its info stands for. */
export function isBrokenOut({ info, infoLockId, mark }: SourceEntry): boolean {
  return info !== null && mark !== null && mark.lockId === infoLockId && sameDdls(mark.ddls, info.ddls);
}

/** Whether the stored info counts in its lock already, as reported or as a conflict. */
function isTaken(state: CoordinatorState, { infoLockId, infoRevision, source }: SourceEntry): boolean {
  const lock = infoLockId === null ? undefined : state.pessimistic.locks.get(infoLockId)?.lock;
  if (lock === undefined) return false;
  return (
    lock.participants.get(source)?.infoRevision === infoRevision ||
    lock.conflicts.get(source)?.infoRevision === infoRevision
  );
}

/** The info is looked at again, since what kept it out is gone. */
export function rejoinLock(state: CoordinatorState, entry: SourceEntry): void {
  if (!isTaken(state, entry)) joinLock(state, entry);
}

function endLock(state: CoordinatorState, held: HeldLock): void {
  const { id, task } = held.lock.origin;
  invariant(state.pessimistic.locks.get(id) === held, 'a lock ends once');
  state.pessimistic.dropLock(held);
  state.outbox.settle({ kind: 'drive-pessimistic-lock', lockId: id });
  if (held.lock.unlock !== null) touchAction(state, held.lock.unlock.actionId);
  // Its operations keep nobody waiting any more, and those that are left belong to no lock.
  for (const { source } of [...state.pessimistic.operationsOf(id)]) touchSource(state, task, source);
}

function touchAction(state: CoordinatorState, id: string): void {
  if (state.actions.get(id)?.endedAtMs === null) state.outbox.ask({ kind: 'advance-action', action: id });
}
