import type { SourceId, TaskName } from '../model/names';
import type { CoordinatorState } from './coordinator-state';

/** What is known of the sources of a task. */
export interface TaskSources {
  /** Without those that were left out. */
  readonly sources: readonly SourceId[];
  /** Whether this is known to be all of them, and any at all (deviation P10). */
  readonly declared: boolean;
  readonly excluded: ReadonlySet<SourceId>;
}

/** The sources of a task: those of its record; without one exactly those of DM's subtask keys (8-settled.md). */
export function taskSourcesOf(state: CoordinatorState, task: TaskName): TaskSources {
  const record = state.tasks.get(task);
  if (record === undefined) {
    const subtasks = [...(state.pessimistic.subtasks.get(task) ?? [])];
    const sources = subtasks.filter(([, mode]) => mode === 'pessimistic').map(([source]) => source);
    return { sources, declared: sources.length > 0, excluded: new Set() };
  }
  const excluded = new Set(record.excluded);
  const sources = record.sources.filter((source) => !excluded.has(source));
  return { sources, declared: record.declared && record.sources.length > 0, excluded };
}
