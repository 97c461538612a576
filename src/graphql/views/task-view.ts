import type { SourceId, TaskName } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import { sourceKey } from '../../core/model/table-key';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import { taskSourcesOf } from '../../core/state/task-sources';
import type { ShardRoute, ShardTask } from '../types/task';

/** Every task that has a record, a subtask of DM's, or tables. */
export function listTasks(state: CoordinatorState): ReadonlySet<TaskName> {
  const ofTables = [...state.targets.values()].map(({ task }) => task);
  const ofLocks = [...state.pessimistic.locks.values()].map(({ lock }) => lock.origin.task);
  return new Set([...state.tasks.keys(), ...state.pessimistic.subtasks.keys(), ...ofTables, ...ofLocks]);
}

/** A task as the API shows it; null: nothing is known of it. */
export function viewTask(state: CoordinatorState, task: TaskName): ShardTask | null {
  if (!listTasks(state).has(task)) return null;
  const { sources, declared, excluded } = taskSourcesOf(state, task);
  const all = new Set([...sources, ...sourcesWithTables(state, task)]);
  const sourceIds = [...all].filter((source) => !excluded.has(source)).sort();
  return { name: task, mode: modeOf(state, task), declared, sourceIds, excludedSourceIds: [...excluded].sort() };
}

/** Every source that a task, a worker or a table names. */
export function listSources(state: CoordinatorState): ReadonlySet<SourceId> {
  const ofTasks = [...listTasks(state)].flatMap((task) => {
    const view = viewTask(state, task);
    return view === null ? [] : [...view.sourceIds, ...view.excludedSourceIds];
  });
  return new Set([...ofTasks, ...[...state.sessions.values()].map(({ source }) => source)]);
}

/** The tasks that a source takes part in. */
export function tasksOfSource(state: CoordinatorState, source: SourceId): ShardTask[] {
  return [...listTasks(state)].sort().flatMap((task) => {
    const view = viewTask(state, task);
    const takesPart = view?.sourceIds.includes(source) === true || view?.excludedSourceIds.includes(source) === true;
    return view !== null && takesPart ? [view] : [];
  });
}

/** The upstream tables of a source in a task, with their routes. */
export function routesOf(state: CoordinatorState, task: TaskName, source: SourceId): ShardRoute[] {
  const key = sourceKey(task, source);
  const pessimistic = state.pessimisticRoutes.get(key)?.routes ?? [];
  const optimistic = state.sourceTables.get(key)?.tables ?? [];
  return [
    ...pessimistic.map(({ target, table }) => ({ schema: table.schema, table: table.table, target })),
    ...optimistic.flatMap(({ schema, name, target }) =>
      target === null ? [] : [{ schema, table: name, target: target.table }],
    ),
  ];
}

function sourcesWithTables(state: CoordinatorState, task: TaskName): SourceId[] {
  const tables = [...state.sourceTables.values()].filter((each) => each.task === task && each.tables.length > 0);
  const infos = [...state.pessimistic.entriesOf(task)].filter(({ info }) => info !== null);
  return [...tables, ...infos].map(({ source }) => source);
}

function modeOf(state: CoordinatorState, task: TaskName): Mode | null {
  const recorded = state.tasks.get(task)?.mode;
  if (recorded !== undefined) return recorded;
  for (const mode of state.pessimistic.subtasks.get(task)?.values() ?? []) if (mode !== null) return mode;
  if ([...state.pessimistic.locksOf(task)].length > 0) return 'pessimistic';
  return [...state.targets.values()].some((target) => target.task === task) ? 'optimistic' : null;
}
