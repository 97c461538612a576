import { LockstepError } from '../../core/model/error';
import { formatLockId, parseLockId } from '../../core/model/lock-id';
import type { LockId } from '../../core/model/lock-id';
import { parseDownstreamTable, parseTaskName } from '../../core/model/names';
import type { SourceId, TaskName } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { ShardLock } from '../types/lock';
import type { KeyedParticipant } from './keyed-participant';
import { viewOptimisticLock, viewOptimisticParticipants } from './optimistic-lock-view';
import { viewPessimisticLock, viewPessimisticParticipants } from './pessimistic-lock-view';

/** Which locks are listed; null: whatever it is. */
export interface LockFilter {
  readonly task: TaskName | null;
  /** One of these takes part. */
  readonly sources: ReadonlySet<SourceId> | null;
  readonly mode: Mode | null;
}

/**
 * The lock ID that a text names: a lock ID, or `task/schema.table` where that isn't one and has exactly one dot after its
 * last slash (8-settled.md).
 * @throws LockstepError INVALID_INPUT
 */
export function parseLockName(text: string): LockId {
  const [, task, schema, table] = /^(.+)\/([^./]+)\.([^./]+)$/su.exec(text) ?? [];
  try {
    const parts = parseLockId(text);
    return formatLockId(parts.task, parts.target);
  } catch (error) {
    if (!(error instanceof LockstepError) || task === undefined || schema === undefined || table === undefined)
      throw error;
    return formatLockId(parseTaskName(task), parseDownstreamTable(schema, table));
  }
}

/** The locks that match a filter. */
export function listLocks(state: CoordinatorState, { task, sources, mode }: LockFilter): LockId[] {
  const optimistic = [...state.targets.values()].filter(
    (target) =>
      target.lock !== null &&
      (task === null || target.task === task) &&
      (sources === null || [...target.tables].some(({ source }) => sources.has(source))),
  );
  const pessimistic = [...state.pessimistic.locks.values()].filter(
    ({ lock }) =>
      (task === null || lock.origin.task === task) &&
      (sources === null || [...lock.participants.keys()].some((source) => sources.has(source))),
  );
  return [
    ...(mode === 'pessimistic' ? [] : optimistic.map(({ lockId }) => lockId)),
    ...(mode === 'optimistic' ? [] : pessimistic.map(({ lock }) => lock.origin.id)),
  ];
}

/** A lock as the API shows it; null: there is none of this ID. */
export function viewLock(state: CoordinatorState, lockId: LockId): ShardLock | null {
  return viewOptimisticLock(state, lockId) ?? viewPessimisticLock(state, lockId);
}

/** A lock's participants, each with a key that orders them; empty without a lock. */
export function viewParticipants(state: CoordinatorState, lockId: LockId): readonly KeyedParticipant[] {
  return [...viewOptimisticParticipants(state, lockId), ...viewPessimisticParticipants(state, lockId)];
}

/**
 * In which mode a lock works: as its task says, else as the lock itself does.
 * @throws LockstepError LOCK_NOT_FOUND if there is neither the task nor the lock
 */
export function modeOfLock(state: CoordinatorState, lockId: LockId): Mode {
  if (state.targets.get(lockId)?.lock != null) return 'optimistic';
  if (state.pessimistic.locks.has(lockId)) return 'pessimistic';
  const mode = state.tasks.get(parseLockId(lockId).task)?.mode;
  if (mode === undefined) throw new LockstepError('LOCK_NOT_FOUND', `there is no lock ${lockId}`, { lockId });
  return mode;
}
