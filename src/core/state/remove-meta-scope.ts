import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { Mutation } from '../model/store';
import { dmPrefix } from '../wire/dm-keys';
import { lockstepPrefix } from '../wire/lockstep-keys';
import { writeTaskRecord } from '../wire/task-record';
import type { CoordinatorState } from './coordinator-state';
import { recordDeletes } from './pessimistic-record';
import { withoutSources } from './task-growth';
import { taskKey } from './task-sources';

/** The deletion of all that stands under a task's name. */
export function taskDeletes(task: TaskName): Mutation[] {
  return [
    ...scopeDeletes([task]),
    { kind: 'delete-prefix', prefix: lockstepPrefix('agreed-schema', task) },
    { kind: 'delete', key: taskKey(task) },
  ];
}

/**
 * The deletion of all that stands under a source's name. What stands under the names of locks goes as its tables leave
 * them, which they do because of this.
 */
export function sourceDeletes(task: TaskName, source: SourceId): Mutation[] {
  return scopeDeletes([task, source]);
}

/** The deletion of all that stands under a lock's name. */
export function lockDeletes(lockId: LockId): Mutation[] {
  return [
    { kind: 'delete-prefix', prefix: lockstepPrefix('decision', lockId) },
    { kind: 'delete-prefix', prefix: dmPrefix('dropped-column', lockId) },
    ...recordDeletes(lockId),
  ];
}

/** The put of the task without these sources, if it is recorded. */
export function taskWithout(state: CoordinatorState, task: TaskName, sources: ReadonlySet<SourceId>): Mutation[] {
  const record = state.tasks.get(task);
  if (record === undefined) return [];
  const value = writeTaskRecord(withoutSources(record, sources));
  return [{ kind: 'put', key: taskKey(task), value }];
}

/** The locks of the task, by their IDs. */
export function lockIdsOf(state: CoordinatorState, task: TaskName): LockId[] {
  const optimistic = [...state.targets.values()].filter((target) => target.task === task && target.lock !== null);
  const pessimistic = [...state.pessimistic.locksOf(task)].map(({ lock }) => lock.origin.id);
  return [...new Set([...optimistic.map(({ lockId }) => lockId), ...pessimistic])].sort();
}

function scopeDeletes(parts: readonly [TaskName] | readonly [TaskName, SourceId]): Mutation[] {
  const perTable = [
    lockstepPrefix('attempt', ...parts),
    lockstepPrefix('failure', ...parts),
    dmPrefix('optimistic-info', ...parts),
    dmPrefix('optimistic-operation', ...parts),
    lockstepPrefix('initial-schema', ...parts),
  ];
  const perSource = [
    dmPrefix('optimistic-source-tables', ...parts),
    dmPrefix('pessimistic-info', ...parts),
    dmPrefix('pessimistic-operation', ...parts),
    lockstepPrefix('source-tables', ...parts),
    lockstepPrefix('break', ...parts),
    lockstepPrefix('source-attempt', ...parts),
    lockstepPrefix('source-failure', ...parts),
    lockstepPrefix('status', ...parts),
  ];
  return [
    ...perTable.map((prefix): Mutation => ({ kind: 'delete-prefix', prefix })),
    ...perSource.map((key): Mutation =>
      parts.length === 1 ? { kind: 'delete-prefix', prefix: key } : { kind: 'delete', key },
    ),
  ];
}
