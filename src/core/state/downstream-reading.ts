import type { TaskName, UpstreamTable } from '../model/names';
import type { TableKey } from '../model/table-key';
import type { CoordinatorState } from './coordinator-state';
import { lacksSchema } from './optimistic-schemas';
import type { Obligation } from './obligation';

/** Tables of one task whose schemas the shell is to read. */
export interface WantedSchemas {
  readonly task: TaskName;
  readonly tables: readonly UpstreamTable[];
}

/** What those of `due` that are still owed want of downstreams, and wasn't asked for yet; it counts as asked from now on. */
export function takeWanted(state: CoordinatorState, due: readonly Obligation[]): WantedSchemas[] {
  const { downstream, outbox } = state;
  const byTask = new Map<TaskName, UpstreamTable[]>();
  for (const obligation of due) {
    if (obligation.kind !== 'know-schema' || !outbox.has(obligation)) continue;
    const entry = state.tables.get(obligation.table);
    if (entry === undefined || !lacksSchema(state, entry)) continue;
    if (downstream.asked.has(entry.key) || downstream.found.has(entry.key)) continue;
    downstream.asked.add(entry.key);
    const tables = byTask.get(entry.task) ?? [];
    tables.push(entry.table);
    byTask.set(entry.task, tables);
  }
  return [...byTask].map(([task, tables]) => ({ task, tables }));
}

/** The shell has read these; what isn't wanted any more is forgotten when it is looked at. */
export function takeSchemas(
  { downstream, outbox }: CoordinatorState,
  task: TaskName,
  schemas: ReadonlyMap<TableKey, string | null>,
): void {
  downstream.failures.delete(task);
  for (const [table, schema] of schemas) {
    downstream.asked.delete(table);
    if (!outbox.has({ kind: 'know-schema', table })) continue;
    downstream.found.set(table, schema);
    outbox.ask({ kind: 'know-schema', table });
  }
}
