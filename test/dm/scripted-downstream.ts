import { LockstepError } from '../../src/core/model/error';
import type { TaskName, UpstreamTable } from '../../src/core/model/names';
import { tableKey } from '../../src/core/model/table-key';
import type { TableKey } from '../../src/core/model/table-key';
import type { DownstreamMetadata } from '../../src/ports/downstream-metadata';

/** A downstream as a test says that it is. */
export class ScriptedDownstream implements DownstreamMetadata {
  readonly tasks: ReadonlyMap<TaskName, string>;
  readonly infos = new Map<TableKey, string>();
  readonly asked: UpstreamTable[] = [];
  broken = false;

  constructor(tasks: readonly TaskName[]) {
    this.tasks = new Map(tasks.map((task) => [task, 'dm_meta']));
  }

  tableInfos(of: TaskName, tables: readonly UpstreamTable[]): Promise<readonly (string | null)[]> {
    if (this.broken) return Promise.reject(new LockstepError('DOWNSTREAM_UNAVAILABLE', 'nobody answers'));
    this.asked.push(...tables);
    return Promise.resolve(tables.map((table) => this.infos.get(tableKey(of, table)) ?? null));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
