import type { SourceId, TaskName } from '../model/names';
import type { TaskRecord } from '../model/records';
import type { Compare } from '../model/store';
import type { DmShardMode } from '../wire/dm-subtask';
import { NO_REVISION } from '../model/revision';
import { formatLockstepKey } from '../wire/lockstep-keys';
import type { CoordinatorState } from './coordinator-state';
import type { TaskSources } from './pessimistic-state';

const NONE: ReadonlySet<SourceId> = new Set();

/**
 * The sources of a task: where DM runs it exactly those of its subtask keys (8-settled.md), else those of its record; both
 * without those that a person left out. One object until they change, so that who has seen it needn't look again.
 */
export function taskSourcesOf(state: CoordinatorState, task: TaskName): TaskSources {
  const record = state.tasks.get(task) ?? null;
  const known = state.pessimistic.taskSources.get(task);
  if (known?.record === record) return known;
  const subtasks = state.pessimistic.subtasks.get(task);
  const found = record === null || subtasks !== undefined ? fromSubtasks(subtasks, record) : fromRecord(record);
  // Of a task that nobody knows nothing is kept.
  if (record !== null || found.declared) state.pessimistic.taskSources.set(task, found);
  return found;
}

/** The key of a task's record. */
export function taskKey(task: TaskName): string {
  return formatLockstepKey({ kind: 'task', task });
}

/** The compare that the task's record is the one that the state knows: by revision, since others word the same otherwise. */
export function taskUnchanged(state: CoordinatorState, task: TaskName): Compare {
  const value = state.taskRevisions.get(task) ?? NO_REVISION;
  return { kind: 'modRevision', key: taskKey(task), operator: '=', value };
}

/** The subtasks of `task` have changed, or its record has gone: what was found out isn't true any more. */
export function forgetTaskSources(state: CoordinatorState, task: TaskName): void {
  state.pessimistic.taskSources.delete(task);
}

function fromRecord(record: TaskRecord): TaskSources {
  const excluded = excludedOf(record);
  const sources = excluded.size === 0 ? record.sources : record.sources.filter((source) => !excluded.has(source));
  return { sources, declared: record.declared && record.sources.length > 0, excluded, record };
}

function fromSubtasks(
  subtasks: ReadonlyMap<SourceId, DmShardMode> = new Map(),
  record: TaskRecord | null,
): TaskSources {
  const all = [...subtasks].filter(([, mode]) => mode === 'pessimistic').map(([source]) => source);
  const excluded = excludedOf(record);
  return { sources: all.filter((source) => !excluded.has(source)), declared: all.length > 0, excluded, record };
}

function excludedOf(record: TaskRecord | null): ReadonlySet<SourceId> {
  return record === null || record.excluded.length === 0 ? NONE : new Set(record.excluded);
}
