import { parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import { formatDmKey } from '../../../src/core/wire/dm-keys';

/** The key of a table's report. */
export const infoKey = (
  task: string,
  source: string,
  { schema, table }: { readonly schema: string; readonly table: string },
): string =>
  formatDmKey({ kind: 'optimistic-info', task: parseTaskName(task), table: parseUpstreamTable(source, schema, table) });
