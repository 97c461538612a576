import type { ActionProgress, ActionRecord } from '../model/action';
import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import { endAction, refuseAction, writeStep } from './action-plan';
import type { ActionContext, ActionEffects } from './action-plan';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './held-lock';
import { unknownScope } from './known-scope';
import { planRecords } from './pessimistic-record';
import { lockDeletes, lockIdsOf, sourceDeletes, taskDeletes, taskWithout } from './remove-meta-scope';
import { taskUnchanged } from './task-sources';
import type { Plan, Write } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'remove-meta' }>>;

type Progress = Extract<ActionProgress, { kind: 'removing' }>;

/** The news of the locks isn't told: it goes out when the removal has ended. */
const NO_NEWS = { sources: [], conflicts: [], isAll: false } as const;

/** Mutations for one lock: as many as `lockDeletes` has. */
const DELETES_A_LOCK = 6;

/** Mutations for one source beside its records in locks: as many as `sourceDeletes` has. */
const DELETES_A_SOURCE = 13;

/**
 * Remove all that is stored of a task, or of some of its sources (3-optimistic.md, *Remove meta*): locks, infos,
 * operations, source tables, dropped columns, and nothing beyond that scope. Refused while a worker of the scope is alive,
 * and if nothing is known of it.
 * What doesn't fit into one write goes in parts. The first deletes nothing: from its coming back on nothing else is written
 * for the task, so that no part is undone before the next, whoever leads then.
 */
export function planRemoveMeta(context: Context): Plan {
  const { state, input, action } = context;
  if (action.progress?.kind === 'removing') {
    return input.sources.length === 0
      ? planTaskPart(context, action.progress)
      : planSourcePart(context, action.progress);
  }
  const { task, sources } = input;
  const unknown = unknownScope(state, task, sources);
  if (unknown !== null) return endAction(context, { failure: unknown });
  const alive = aliveWorkers(state, task, sources);
  if (alive.length > 0 && !input.force) {
    return refuseAction(context, 'TASK_RUNNING', `task ${task} still runs: ${alive.join(', ')}`, {
      task,
      workers: alive,
    });
  }
  const whole = endRemoval(context, sources.length === 0 ? wholeTask(context) : wholeSources(context));
  if (fits(state, whole)) return whole;
  return writeStep(context, { state: 'running', progress: { kind: 'removing', sources: 0, lockId: null } }, {});
}

/** Lock by lock, by their IDs, and then everything else of the task. */
function planTaskPart(context: Context, progress: Progress): Write {
  const { state, input } = context;
  const left = lockIdsOf(state, input.task).filter((lockId) => isAfter(lockId, progress));
  const perWrite = Math.max(1, Math.floor((state.limits.operationsPerWrite - 1) / DELETES_A_LOCK));
  const part = left.slice(0, perWrite);
  const last = part.at(-1);
  if (last === undefined) return endRemoval(context, { mutations: taskDeletes(input.task) });
  return writeStep(context, { progress: { ...progress, lockId: last } }, { mutations: part.flatMap(lockDeletes) });
}

/** Some sources at a time: their records lock by lock, and then everything else of them. */
function planSourcePart(context: Context, progress: Progress): Write {
  const { state, input } = context;
  const room = state.limits.operationsPerWrite - 3;
  const perPart = Math.max(1, Math.floor(room / DELETES_A_SOURCE));
  const sources = input.sources.slice(progress.sources, progress.sources + perPart);
  const locks = recordedLocks(context).filter(
    ({ lock }) => isAfter(lock.origin.id, progress) && sources.some((source) => lock.names(source)),
  );
  const part = locks.slice(0, Math.max(1, Math.floor(room / (2 + 2 * perPart))));
  const last = part.at(-1);
  if (last !== undefined) {
    const records = recordsWithout(context, part, sources);
    return writeStep(context, { progress: { ...progress, lockId: last.lock.origin.id } }, records);
  }
  const mutations = sources.flatMap((source) => sourceDeletes(input.task, source));
  const through = progress.sources + sources.length;
  if (through < input.sources.length) {
    return writeStep(context, { progress: { ...progress, sources: through, lockId: null } }, { mutations });
  }
  return endRemoval(context, withTaskChange(context, { mutations }));
}

function wholeTask({ state, input }: Context): ActionEffects {
  return { mutations: [...taskDeletes(input.task), ...lockIdsOf(state, input.task).flatMap(lockDeletes)] };
}

function wholeSources(context: Context): ActionEffects {
  const { task, sources } = context.input;
  const records = recordsWithout(context, recordedLocks(context), sources);
  const deletes = sources.flatMap((source) => sourceDeletes(task, source));
  return withTaskChange(context, { ...records, mutations: [...(records.mutations ?? []), ...deletes] });
}

/** The records of these locks without any source that is removed; those of `deleted` themselves go. */
function recordsWithout(
  { state, input, nowMs }: Context,
  locks: readonly HeldLock[],
  deleted: readonly SourceId[],
): ActionEffects {
  const removed = new Set(input.sources);
  const writes = locks.map((held) => planRecords(state, held, { news: NO_NEWS, removed, deleted }, nowMs));
  return {
    compares: writes.flatMap(({ compares }) => compares),
    mutations: writes.flatMap(({ mutations }) => mutations),
    events: writes.flatMap(({ events }) => events),
  };
}

function withTaskChange({ state, input: { task, sources } }: Context, effects: ActionEffects): ActionEffects {
  return {
    ...effects,
    compares: [...(effects.compares ?? []), taskUnchanged(state, task)],
    mutations: [...(effects.mutations ?? []), ...taskWithout(state, task, new Set(sources))],
  };
}

function endRemoval(context: Context, effects: ActionEffects): Write {
  const { action, input } = context;
  const { task, sources } = input;
  const scope = sources.length === 0 ? 'all sources' : sources.join(', ');
  const changes = [`everything stored of task ${task} for ${scope} is removed`];
  const events = [...(effects.events ?? []), { kind: 'MetaRemoved', task, sources, actionId: action.id } as const];
  return endAction(context, { changes }, { ...effects, events });
}

function fits({ limits }: CoordinatorState, { compares, mutations }: Write): boolean {
  return compares.length <= limits.operationsPerWrite && mutations.length <= limits.operationsPerWrite;
}

/** The pessimistic locks of which records are stored, by their IDs. */
function recordedLocks({ state, input }: Context): HeldLock[] {
  const locks = [...state.pessimistic.locksOf(input.task)].filter(({ told }) => told !== null);
  return locks.sort((a, b) => (a.lock.origin.id < b.lock.origin.id ? -1 : 1));
}

function isAfter(lockId: LockId, progress: Progress): boolean {
  return progress.lockId === null || lockId > progress.lockId;
}

/** Workers whose sessions of the scope live. */
function aliveWorkers(state: CoordinatorState, task: TaskName, sources: readonly SourceId[]): string[] {
  const scope = new Set(sources);
  const isInScope = (source: SourceId): boolean => sources.length === 0 || scope.has(source);
  const workers = [...state.sessions.values()].filter((session) => session.task === task && isInScope(session.source));
  // While DM has a subtask there its worker runs it.
  const subtasks = [...(state.pessimistic.subtasks.get(task)?.keys() ?? [])].filter(isInScope);
  return [...workers.map(({ record }) => record.worker), ...subtasks.map((source) => `DM's worker of ${source}`)];
}
