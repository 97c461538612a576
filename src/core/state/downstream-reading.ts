import type { TaskName, UpstreamTable } from '../model/names';
import type { TableKey } from '../model/table-key';
import type { CoordinatorState } from './coordinator-state';
import { lacksSchema } from './optimistic-schemas';

/** Tables of one task whose schemas the shell is to read. */
export interface WantedSchemas {
  readonly task: TaskName;
  readonly tables: readonly UpstreamTable[];
}

/** What is wanted of downstreams and wasn't asked for yet; it counts as asked from now on. */
export function takeWanted(state: CoordinatorState): WantedSchemas[] {
  const { downstream, targets } = state;
  const byTask = new Map<TaskName, UpstreamTable[]>();
  for (const lockId of downstream.waiting) {
    for (const entry of targets.get(lockId)?.tables ?? []) {
      if (downstream.asked.has(entry.key) || downstream.found.has(entry.key) || !lacksSchema(state, entry)) continue;
      downstream.asked.add(entry.key);
      const tables = byTask.get(entry.task) ?? [];
      tables.push(entry.table);
      byTask.set(entry.task, tables);
    }
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
