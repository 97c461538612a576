import type { ActionFailure } from '../model/action';
import type { SourceId, TaskName } from '../model/names';
import { meantText } from '../model/nearest';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState } from './coordinator-state';
import { taskKey } from './task-sources';
import { whyUnreadable } from './unreadable';

/** Why nothing can be done for a task, or these of its sources: nothing is known of one. Null: something is of all. */
export function unknownScope(
  state: CoordinatorState,
  task: TaskName,
  sources: readonly SourceId[],
): ActionFailure | null {
  if (!isKnownTask(state, task)) return noSuchTask(state, task);
  const unknown = sources.find((source) => !isKnownSource(state, task, source));
  return unknown === undefined ? null : noSuchSource(state, task, unknown);
}

/** There is no such task. */
export function noSuchTask({ tasks, pessimistic }: CoordinatorState, task: TaskName): ActionFailure {
  const meant = meantText(task, [...tasks.keys(), ...pessimistic.subtasks.keys()]);
  return { code: 'TASK_NOT_FOUND', message: `there is no task ${task}${meant}`, fields: { task } };
}

/** The task has no such source. */
export function noSuchSource(state: CoordinatorState, task: TaskName, source: SourceId): ActionFailure {
  const meant = meantText(source, sourcesOf(state, task));
  return {
    code: 'SOURCE_NOT_FOUND',
    message: `task ${task} has no source ${source}${meant}`,
    fields: { task, source },
  };
}

function sourcesOf({ tasks, pessimistic }: CoordinatorState, task: TaskName): SourceId[] {
  const record = tasks.get(task);
  const known = [...(record?.sources ?? []), ...(record?.excluded ?? [])];
  return [...known, ...(pessimistic.subtasks.get(task)?.keys() ?? [])];
}

/** Whether it is recorded, or anything is stored under its name. */
function isKnownTask(state: CoordinatorState, task: TaskName): boolean {
  const { tasks, pessimistic } = state;
  if (tasks.has(task) || pessimistic.subtasks.has(task) || whyUnreadable(state, taskKey(task)) !== null) return true;
  if ([...pessimistic.locksOf(task)].length > 0) return true;
  return sourcesWithLeftovers(state, task).next().done !== true;
}

function isKnownSource(state: CoordinatorState, task: TaskName, source: SourceId): boolean {
  if (sourcesOf(state, task).includes(source) || whyUnreadable(state, taskKey(task)) !== null) return true;
  const isInLock = [...state.pessimistic.locksOf(task)].some(({ lock }) => lock.names(source));
  const key = sourceKey(task, source);
  const isKept = [state.statuses, state.attempts, state.sessions, state.pessimisticRoutes].some((kept) =>
    kept.has(key),
  );
  if (isInLock || isKept) return true;
  for (const other of sourcesWithLeftovers(state, task)) if (other === source) return true;
  return false;
}

/** The sources of which something is stored for a task, some of them several times; this walks over all tables. */
function* sourcesWithLeftovers(
  { pessimistic, sourceTables, tables }: CoordinatorState,
  task: TaskName,
): Generator<SourceId> {
  for (const entry of pessimistic.entriesOf(task)) yield entry.source;
  for (const known of sourceTables.values()) if (known.task === task) yield known.source;
  for (const entry of tables.values()) if (entry.task === task && !entry.isForgotten) yield entry.source;
}
