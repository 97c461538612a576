import type { DownstreamTable, SourceId, TaskName, UpstreamTable } from '../../core/model/names';
import type { Mode } from '../../core/model/records';
import { sourceKey, taskSourceOfKey } from '../../core/model/table-key';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import { taskSourcesOf } from '../../core/state/task-sources';
import type { ShardRoute, ShardTask } from '../types/task';

/** What is known of tasks by what it is asked for by. */
interface TaskIndex {
  readonly revision: number;
  readonly tasks: ReadonlySet<TaskName>;
  /** Sources with tables or infos, by task. */
  readonly sources: ReadonlyMap<TaskName, ReadonlySet<SourceId>>;
  readonly targets: ReadonlyMap<TaskName, readonly DownstreamTable[]>;
}

const INDEXES = new WeakMap<CoordinatorState, TaskIndex>();

/** Put together once a revision: a router asks for a thousand tasks at a time. */
function indexOf(state: CoordinatorState): TaskIndex {
  const known = INDEXES.get(state);
  if (known?.revision === state.revision) return known;
  const sources = new Map<TaskName, Set<SourceId>>();
  const targets = new Map<TaskName, DownstreamTable[]>();
  for (const { task, source, tables } of state.sourceTables.values())
    if (tables.length > 0) sources.set(task, (sources.get(task) ?? new Set()).add(source));
  for (const { task, source, info } of state.pessimistic.entries)
    if (info !== null) sources.set(task, (sources.get(task) ?? new Set()).add(source));
  for (const { task, table } of state.targets.values()) {
    const list = targets.get(task);
    if (list === undefined) targets.set(task, [table]);
    else list.push(table);
  }
  const locks = [...state.pessimistic.locks.values()].map(({ lock }) => lock.origin.task);
  const tasks = new Set([...state.tasks.keys(), ...state.pessimistic.subtasks.keys(), ...targets.keys(), ...locks]);
  const index = { revision: state.revision, tasks, sources, targets };
  INDEXES.set(state, index);
  return index;
}

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
  const routed = [...state.pessimisticRoutes].flatMap(([key, { routes }]) =>
    taskSourceOfKey(key).task === task ? routes.map(({ target }) => target) : [],
  );
  const locked = [...state.pessimistic.locksOf(task)].map(({ lock }) => lock.origin.target);
  const all = [...optimistic, ...routed, ...locked].map(
    (target) => [JSON.stringify([target.schema, target.table]), target] as const,
  );
  return [...new Map(all)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}

/** The upstream tables of a pessimistic task that are routed into a target. */
export function tablesOfTarget(state: CoordinatorState, task: TaskName, target: DownstreamTable): UpstreamTable[] {
  return [...state.pessimisticRoutes].flatMap(([key, { routes }]) => {
    const of = taskSourceOfKey(key);
    const own = of.task === task ? routes : [];
    const routed = own.filter((route) => route.target.schema === target.schema && route.target.table === target.table);
    return routed.map(({ table }) => ({ source: of.source, schema: table.schema, table: table.table }));
  });
}

/** Whether a task, a worker or a table names a source. */
export function isSource(state: CoordinatorState, source: SourceId): boolean {
  if ([...state.sessions.values()].some((session) => session.source === source)) return true;
  return tasksOfSource(state, source).length > 0;
}

/** The tasks that a source takes part in. */
export function tasksOfSource(state: CoordinatorState, source: SourceId): ShardTask[] {
  const { tasks, sources } = indexOf(state);
  const takesPart = (task: TaskName): boolean => {
    const known = taskSourcesOf(state, task);
    const isOfDm = state.pessimistic.subtasks.get(task)?.has(source) === true;
    const isKnown = known.sources.includes(source) || known.excluded.has(source);
    return isKnown || isOfDm || sources.get(task)?.has(source) === true;
  };
  return [...tasks]
    .filter(takesPart)
    .sort()
    .map((task) => viewTask(state, task));
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
