import type { SourceId, TaskName } from '../model/names';
import type { Mode, TaskRecord } from '../model/records';
import { DM_LEADER_PREFIX } from '../wire/dm-keys';
import type { CoordinatorState } from '../state/coordinator-state';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writeTaskRecord } from '../wire/task-record';
import { refuse } from './request-plan';
import type { RequestPlan } from './request-plan';
import { taskUnchanged } from '../state/task-sources';

/** An operator declares a task with all its sources (8-settled.md, *Task record*). */
export function planPutTask(
  state: CoordinatorState,
  task: TaskName,
  mode: Mode,
  sources: readonly SourceId[],
): RequestPlan<TaskRecord> {
  const known = state.tasks.get(task);
  if (known !== undefined && known.mode !== mode) {
    return refuse('TASK_MODE_CONFLICT', `task ${task} is ${known.mode}`, { task, mode: known.mode });
  }
  const declared = [...new Set(sources)];
  const excluded = (known?.excluded ?? []).filter((source) => declared.includes(source));
  const record: TaskRecord = { task, mode, sources: declared, declared: true, expected: null, excluded };
  return {
    kind: 'write',
    compares: [taskUnchanged(state, task), { kind: 'absent', prefix: DM_LEADER_PREFIX }],
    mutations: [{ kind: 'put', key: formatLockstepKey({ kind: 'task', task }), value: writeTaskRecord(record) }],
    answer: () => record,
  };
}
