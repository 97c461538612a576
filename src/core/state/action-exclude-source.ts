import type { ActionRecord } from '../model/action';
import type { TaskName } from '../model/names';
import type { TaskRecord } from '../model/records';
import { writeTaskRecord } from '../wire/task-record';
import { endAction, refuseAction } from './action-plan';
import type { ActionContext } from './action-plan';
import type { CoordinatorState } from './coordinator-state';
import { noSuchSource, noSuchTask } from './known-scope';
import { taskKey, taskUnchanged } from './task-sources';
import { whyUnreadable } from './unreadable';
import type { Plan } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'exclude-source' }>>;

/**
 * Leave a source that has gone out of its task (8-settled.md): it counts as ready and done, gets no operation, and its
 * infos are refused, until that is undone.
 */
export function planExcludeSource(context: Context): Plan {
  const { state, input } = context;
  const { task, source, undo } = input;
  const key = taskKey(task);
  const unreadable = whyUnreadable(state, key);
  if (unreadable !== null) return refuseAction(context, 'UNREADABLE_VALUE', unreadable, { key, task });
  const record = state.tasks.get(task) ?? recordOfDm(state, task);
  if (record === null) return endAction(context, { failure: noSuchTask(state, task) });
  const isExcluded = record.excluded.includes(source);
  const isOfTask = record.sources.includes(source) || state.pessimistic.subtasks.get(task)?.has(source) === true;
  if (!isExcluded && !isOfTask) return endAction(context, { failure: noSuchSource(state, task, source) });
  if (isExcluded !== undo)
    return endAction(context, { changes: [`source ${source} is ${undo ? 'not' : 'already'} excluded`] });
  const excluded = undo ? record.excluded.filter((other) => other !== source) : [...record.excluded, source];
  const changes = [
    undo ? `source ${source} takes part in task ${task} again` : `source ${source} is left out of task ${task}`,
  ];
  return endAction(
    context,
    { changes },
    {
      compares: [taskUnchanged(state, task)],
      mutations: [{ kind: 'put', key, value: writeTaskRecord({ ...record, excluded }) }],
    },
  );
}

/** Of a task that DM runs nothing is recorded here until a source is left out. */
function recordOfDm({ pessimistic }: CoordinatorState, task: TaskName): TaskRecord | null {
  const subtasks = [...(pessimistic.subtasks.get(task) ?? [])].flatMap(([source, mode]) =>
    mode === null ? [] : [{ source, mode }],
  );
  const [first] = subtasks;
  if (first === undefined) return null;
  const sources = subtasks.map(({ source }) => source);
  return { task, mode: first.mode, sources, declared: false, expected: null, dissent: [], excluded: [] };
}
