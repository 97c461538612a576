import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import { sourceKey, taskSourceOfKey } from '../../core/model/table-key';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import { taskSourcesOf } from '../../core/state/task-sources';
import { grouped, onceARevision } from '../../core/state/once-a-revision';
import type { ShardRoute, ShardTask } from '../types/task';

/** What is known of tasks by what it is asked for by. */
interface TaskIndex {
  readonly tasks: ReadonlySet<TaskName>;
  /** Sources with tables or infos, by task. */
  readonly sources: ReadonlyMap<TaskName, ReadonlySet<SourceId>>;
  readonly targets: ReadonlyMap<TaskName, readonly DownstreamTable[]>;
}

/** A router asks for a thousand tasks at a time. */
const indexOf = onceARevision((state): TaskIndex => {
  const sources = new Map<TaskName, Set<SourceId>>();
  for (const { task, source, tables } of state.sourceTables.values())
    if (tables.length > 0) sources.set(task, (sources.get(task) ?? new Set()).add(source));
  for (const { task, source, info } of state.pessimistic.entries)
    if (info !== null) sources.set(task, (sources.get(task) ?? new Set()).add(source));
  const targets = grouped([...state.targets.values()].map(({ task, table }) => [task, table] as const));
  const locks = [...state.pessimistic.locks.values()].map(({ lock }) => lock.origin.task);
  const tasks = new Set([...state.tasks.keys(), ...state.pessimistic.subtasks.keys(), ...targets.keys(), ...locks]);
  return { tasks, sources, targets };
});

/** The tasks that each source takes part in, in their order. */
const tasksBySource = onceARevision((state) => {
  const { tasks, sources } = indexOf(state);
  const pairs = [...tasks].sort().flatMap((task) => {
    const known = taskSourcesOf(state, task);
    const ofDm = state.pessimistic.subtasks.get(task)?.keys() ?? [];
    const all = new Set([...known.sources, ...known.excluded, ...ofDm, ...(sources.get(task) ?? [])]);
    return [...all].map((source) => [source, task] as const);
  });
  return grouped(pairs);
});

/** The sources that a worker speaks for now. */
const spokenFor = onceARevision((state) => new Set([...state.sessions.values()].map(({ source }) => source)));

/** The routes of pessimistic tasks, with the source that has them. */
const routesByTask = onceARevision((state) =>
  grouped(
    [...state.pessimisticRoutes].map(([key, { routes }]) => {
      const { task, source } = taskSourceOfKey(key);
      return [task, { source, routes }] as const;
    }),
  ),
);

/** Every task that has a record, a subtask of DM's, or tables. */
export function listTasks(state: CoordinatorState): ReadonlySet<TaskName> {
  return indexOf(state).tasks;
}

/** A task as the API shows it; null: nothing is known of it. */
export function findTask(state: CoordinatorState, task: TaskName): ShardTask | null {
  const isKnown = state.tasks.has(task) || listTasks(state).has(task);
  return isKnown ? viewTask(state, task) : null;
}

/** A task of which something is known; each part is looked for when it is asked for. */
export function viewTask(state: CoordinatorState, task: TaskName): ShardTask {
  return {
    name: task,
    get mode() {
      return modeOf(state, task);
    },
    get declared() {
      return taskSourcesOf(state, task).declared;
    },
    get sourceIds() {
      const { sources, excluded } = taskSourcesOf(state, task);
      const ofDm = state.pessimistic.subtasks.get(task)?.keys() ?? [];
      const all = new Set([...sources, ...ofDm, ...(indexOf(state).sources.get(task) ?? [])]);
      return [...all].filter((source) => !excluded.has(source)).sort();
    },
    get excludedSourceIds() {
      return [...taskSourcesOf(state, task).excluded].sort();
    },
  };
}

/** The downstream tables of a task, in the order of their names. */
export function targetsOf(state: CoordinatorState, task: TaskName): DownstreamTable[] {
  const optimistic = indexOf(state).targets.get(task) ?? [];
  const routed = (routesByTask(state).get(task) ?? []).flatMap(({ routes }) => routes.map(({ target }) => target));
  const locked = [...state.pessimistic.locksOf(task)].map(({ lock }) => lock.origin.target);
  const all = [...optimistic, ...routed, ...locked].map(
    (target) => [JSON.stringify([target.schema, target.table]), target] as const,
  );
  return [...new Map(all)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}

/** The upstream tables of a pessimistic task that are routed into a target. */
export function tablesOfTarget(state: CoordinatorState, task: TaskName, target: DownstreamTable): UpstreamTable[] {
  return (routesByTask(state).get(task) ?? []).flatMap(({ source, routes }) => {
    const routed = routes.filter(
      (route) => route.target.schema === target.schema && route.target.table === target.table,
    );
    return routed.map(({ table }) => ({ source, schema: table.schema, table: table.table }));
  });
}

/** Whether a task, a worker or a table names a source. */
export function isSource(state: CoordinatorState, source: SourceId): boolean {
  return spokenFor(state).has(source) || tasksBySource(state).has(source);
}

/** The tasks that a source takes part in. */
export function tasksOfSource(state: CoordinatorState, source: SourceId): ShardTask[] {
  return (tasksBySource(state).get(source) ?? []).map((task) => viewTask(state, task));
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

function modeOf(state: CoordinatorState, task: TaskName): Mode | null {
  for (const mode of state.pessimistic.subtasks.get(task)?.values() ?? []) if (mode !== null) return mode;
  const recorded = state.tasks.get(task)?.mode;
  if (recorded !== undefined) return recorded;
  if ([...state.pessimistic.locksOf(task)].length > 0) return 'pessimistic';
  return indexOf(state).targets.has(task) ? 'optimistic' : null;
}
