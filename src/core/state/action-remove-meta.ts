import type { ActionRecord } from '../model/action';
import type { LockId } from '../model/lock-id';
import type { SourceId, TaskName } from '../model/names';
import type { Mutation } from '../model/store';
import { dmPrefix, formatDmKey } from '../wire/dm-keys';
import { formatLockstepKey, lockstepPrefix } from '../wire/lockstep-keys';
import { writeTaskRecord } from '../wire/task-record';
import { endAction, refuseAction } from './action-plan';
import type { ActionContext } from './action-plan';
import type { CoordinatorState } from './coordinator-state';
import { newsOf } from './pessimistic-events';
import { sourcesPerWrite } from './pessimistic-limits';
import { planRecords, recordDeletes } from './pessimistic-record';
import type { Plan } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'remove-meta' }>>;

/**
 * Remove all that is stored of a task, or of some of its sources (3-optimistic.md, *Remove meta*): locks, infos,
 * operations, source tables, dropped columns, and nothing beyond that scope. Refused while a worker of the scope is alive.
 */
export function planRemoveMeta(context: Context): Plan {
  const { state, input, action, nowMs } = context;
  const { task, sources } = input;
  const alive = aliveWorkers(state, task, sources);
  if (alive.length > 0 && !input.force) {
    return refuseAction(context, 'TASK_RUNNING', `task ${task} still runs: ${alive.join(', ')}`, {
      task,
      workers: alive,
    });
  }
  const locks = sources.length === 0 ? [] : [...state.pessimistic.locksOf(task)].filter(({ told }) => told !== null);
  const removed = new Set(sources);
  const records = locks.map((held) =>
    planRecords(state, held, { news: newsOf(held, sourcesPerWrite(state)), removed }, nowMs),
  );
  const mutations =
    sources.length === 0
      ? removeTask(state, task)
      : [
          ...sources.flatMap((source) => removeSource(state, task, source)),
          ...taskChange(state, task, sources),
          ...records.flatMap(({ mutations: ofRecords }) => ofRecords),
        ];
  const scope = sources.length === 0 ? 'all sources' : sources.join(', ');
  const changes = [`everything stored of task ${task} for ${scope} is removed`];
  return endAction(
    context,
    { changes },
    {
      compares: records.flatMap(({ compares }) => compares),
      mutations,
      events: [...records.flatMap(({ events }) => events), { kind: 'MetaRemoved', task, sources, actionId: action.id }],
    },
  );
}

/** Workers whose sessions of the scope live. */
function aliveWorkers(state: CoordinatorState, task: TaskName, sources: readonly SourceId[]): string[] {
  const isInScope = (source: SourceId): boolean => sources.length === 0 || sources.includes(source);
  const workers = [...state.sessions.values()].filter((session) => session.task === task && isInScope(session.source));
  // While DM has a subtask there its worker runs it.
  const subtasks = [...(state.pessimistic.subtasks.get(task)?.keys() ?? [])].filter(isInScope);
  return [...workers.map(({ record }) => record.worker), ...subtasks.map((source) => `DM's worker of ${source}`)];
}

function removeTask(state: CoordinatorState, task: TaskName): Mutation[] {
  return [
    ...scopePrefixes([task]),
    { kind: 'delete', key: formatLockstepKey({ kind: 'task', task }) },
    ...lockIdsOf(state, task).flatMap((lockId): Mutation[] => [
      { kind: 'delete-prefix', prefix: lockstepPrefix('decision', lockId) },
      { kind: 'delete-prefix', prefix: dmPrefix('dropped-column', lockId) },
      ...recordDeletes(lockId),
    ]),
  ];
}

function removeSource(state: CoordinatorState, task: TaskName, source: SourceId): Mutation[] {
  const isOwn = (lockId: LockId): Mutation[] => {
    const marks = [...(state.targets.get(lockId)?.lock?.lock.dropped ?? [])];
    const own = marks.flatMap(([key, { column }]) => {
      const table = state.tables.get(key)?.table;
      return table?.source === source
        ? [{ kind: 'delete', key: formatDmKey({ kind: 'dropped-column', lockId, column, table }) } as const]
        : [];
    });
    return [{ kind: 'delete-prefix', prefix: lockstepPrefix('decision', lockId, source) }, ...own];
  };
  return [...scopePrefixes([task, source]), ...lockIdsOf(state, task).flatMap(isOwn)];
}

/** What stands under the task, or under one of its sources. */
function scopePrefixes(parts: readonly [TaskName] | readonly [TaskName, SourceId]): Mutation[] {
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

/** The task without these sources. */
function taskChange(state: CoordinatorState, task: TaskName, sources: readonly SourceId[]): Mutation[] {
  const record = state.tasks.get(task);
  if (record === undefined) return [];
  const stays = (source: SourceId): boolean => !sources.includes(source);
  const changed = { ...record, sources: record.sources.filter(stays), excluded: record.excluded.filter(stays) };
  return [{ kind: 'put', key: formatLockstepKey({ kind: 'task', task }), value: writeTaskRecord(changed) }];
}

/** The locks of the task that may have something stored. */
function lockIdsOf(state: CoordinatorState, task: TaskName): LockId[] {
  const optimistic = [...state.targets.values()].filter((target) => target.task === task).map(({ lockId }) => lockId);
  const pessimistic = [...state.pessimistic.locksOf(task)].map(({ lock }) => lock.origin.id);
  return [...new Set([...optimistic, ...pessimistic])];
}
