import type { UpstreamTable } from '../../core/model/names';
import { tableOfKey } from '../../core/model/table-key';
import type { Target } from '../../core/state/table-entry';
import type { TargetLock } from '../../core/state/target';
import type { ShardDroppedColumn, ShardDroppedColumnTable } from '../types/lock';

/** How many tables are named. */
const NAMED = 100;

interface Collected {
  readonly column: string;
  readonly tables: ShardDroppedColumnTable[];
  readonly stillIn: UpstreamTable[];
  tableCount: number;
  stillInCount: number;
}

/** Columns that some tables of a lock have dropped, with who has and who hasn't. Walks over the tables, if there are any. */
export function viewDroppedColumns(target: Target, { lock }: TargetLock): readonly ShardDroppedColumn[] {
  const columns = new Map<string, Collected>();
  for (const [key, { column, stage }] of lock.dropped) {
    const name = column.toLowerCase();
    const found = columns.get(name) ?? { column, tables: [], stillIn: [], tableCount: 0, stillInCount: 0 };
    columns.set(name, found);
    found.tableCount += 1;
    if (found.tables.length < NAMED) found.tables.push({ table: tableOfKey(key).table, stage });
  }
  if (columns.size === 0) return [];
  for (const { member, table } of target.tables) {
    const shape = member?.conflict ?? member?.normal;
    for (const [name, found] of columns) {
      if (shape?.column(name) === undefined) continue;
      found.stillInCount += 1;
      if (found.stillIn.length < NAMED) found.stillIn.push(table);
    }
  }
  return [...columns.values()];
}
