import type { ActionRecord } from '../model/action';
import type { TaskRecord } from '../model/records';
import { writeTaskRecord } from '../wire/task-record';
import { endAction, refuseAction } from './action-plan';
import type { ActionContext } from './action-plan';
import { taskKey, taskUnchanged } from './task-sources';
import { whyUnreadable } from './unreadable';
import type { Plan } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'put-task' }>>;

/**
 * Declare a task with all of its sources (8-settled.md, *Task record*). Sources that it doesn't name leave it; those that
 * were excluded stay so. The mode of a task never changes. A record that can't be read is replaced.
 */
export function planPutTask(context: Context): Plan {
  const { state, input } = context;
  const { task, mode, sources } = input;
  if (state.pessimistic.subtasks.has(task))
    return refuseAction(context, 'TASK_MODE_CONFLICT', `DM runs task ${task}: its subtasks say its sources and mode`, {
      task,
    });
  const known = state.tasks.get(task);
  if (known !== undefined && known.mode !== mode)
    return refuseAction(context, 'TASK_MODE_CONFLICT', `task ${task} is ${known.mode}`, { task, mode: known.mode });
  const excluded = (known?.excluded ?? []).filter((source) => sources.includes(source));
  const value = writeTaskRecord({ task, mode, sources, declared: true, expected: null, dissent: [], excluded });
  if (known !== undefined && value === writeTaskRecord(known))
    return endAction(context, { changes: [`task ${task} is declared so already`] });
  return endAction(
    context,
    { changes: describe(context, known) },
    {
      compares: [taskUnchanged(state, task)],
      mutations: [{ kind: 'put', key: taskKey(task), value }],
    },
  );
}

function describe({ state, input: { task, mode, sources } }: Context, known: TaskRecord | undefined): string[] {
  const unreadable = whyUnreadable(state, taskKey(task));
  const names = sources.join(', ') || 'none';
  const left = (known?.sources ?? []).filter((source) => !sources.includes(source));
  return [
    `task ${task} is declared as ${mode} with the sources ${names}`,
    ...(unreadable === null ? [] : [`what stood there is replaced: ${unreadable}`]),
    ...(left.length === 0 ? [] : [`sources that leave the task: ${left.join(', ')}`]),
  ];
}
