import type { Mode } from '../model/mode';
import type { CoordinatorState } from '../state/coordinator-state';
import { taskKey } from '../state/task-sources';
import { requireReadable } from '../state/unreadable';
import { refuse } from './request-plan';
import type { RequestPlan } from './request-plan';
import type { SessionRef } from './session';

type Refusal = Extract<RequestPlan<never>, { kind: 'refuse' }>;

/** Why nothing is taken of a source that a person left out of its task; null: it takes part. @throws LockstepError UNREADABLE_VALUE */
export function excludedSource(state: CoordinatorState, { task, source }: SessionRef): Refusal | null {
  requireReadable(state, taskKey(task));
  const excluded = state.tasks.get(task)?.excluded.includes(source) ?? false;
  return excluded ? refuse('SOURCE_EXCLUDED', `source ${source} is left out of task ${task}`, { task, source }) : null;
}

/**
 * Why nothing may be stored for a task whose record a person has removed; null: it is there. Nobody knows its mode any more,
 * so its workers register again.
 */
export function removedTask(state: CoordinatorState, { task, source }: SessionRef): Refusal | null {
  requireReadable(state, taskKey(task));
  if (state.tasks.has(task)) return null;
  const message = `task ${task} was removed by hand since source ${source} was registered`;
  return refuse('STALE_SESSION', message, { task, source, takenOver: false });
}

/** Why a message of workers in `mode` isn't taken; null: that is the task's mode. */
export function wrongMode(state: CoordinatorState, { task }: SessionRef, mode: Mode): Refusal | null {
  const actual = state.tasks.get(task)?.mode ?? mode;
  return actual === mode ? null : refuse('TASK_MODE_CONFLICT', `task ${task} is ${actual}`, { task, mode: actual });
}
