import type { TaskName, UpstreamTable } from '../core/model/names';
import { quoteTable } from '../core/model/quote';
import { tableKey } from '../core/model/table-key';
import type { TableKey } from '../core/model/table-key';
import { readTableInfo } from '../core/wire/table-info';
import type { DownstreamMetadata } from '../ports/downstream-metadata';

/**
 * The schemas of these tables as their task's downstream has them, each of which can be read; null: there is no checkpoint.
 * @throws LockstepError DOWNSTREAM_UNAVAILABLE; UNREADABLE_VALUE with the table, if its checkpoint holds something else
 */
export async function readCheckpoints(
  downstream: DownstreamMetadata,
  task: TaskName,
  tables: readonly UpstreamTable[],
): Promise<ReadonlyMap<TableKey, string | null>> {
  const infos = await downstream.tableInfos(task, tables);
  return new Map(
    tables.map((table, index) => {
      const info = infos[index] ?? null;
      // What is recorded and can't be read would be wanted, and recorded, again without end.
      if (info !== null)
        readTableInfo(info, `checkpoint of ${quoteTable(table.schema, table.table)} in ${table.source}`);
      return [tableKey(task, table), info] as const;
    }),
  );
}
