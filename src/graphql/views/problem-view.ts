import type { Problem } from '../../core/diagnosis/problem';
import { problemsOf } from '../../core/diagnosis/problems';
import type { TaskName } from '../../core/model/names';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import { grouped, onceARevision } from '../../core/state/once-a-revision';

/** Everything that somebody should look at. */
export const allProblems: (state: CoordinatorState) => readonly Problem[] = onceARevision(problemsOf);

const byTask = onceARevision((state) => grouped(allProblems(state).map((problem) => [problem.task, problem] as const)));

/** What somebody should look at of a task. */
export function problemsOfTask(state: CoordinatorState, task: TaskName): readonly Problem[] {
  return byTask(state).get(task) ?? [];
}
