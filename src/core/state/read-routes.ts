import { LockstepError } from '../model/error';
import type { SourceId, TaskName } from '../model/names';
import { listRoutes, readSourceTables } from '../wire/source-tables';
import type { Route } from '../wire/source-tables';

/**
 * The tables of a source and where each routes to, as the value says that is stored for it.
 * @param where the value's key, for errors
 * @throws LockstepError UNREADABLE_VALUE, also if it is the value of another source
 */
export function readRoutes(
  { task, source }: { readonly task: TaskName; readonly source: SourceId },
  text: string,
  where: string,
): Route[] {
  const read = readSourceTables(text, where);
  if (read.task === task && read.source === source) return listRoutes(read);
  const message = `${where}: it belongs to source ${read.source} of task ${read.task}`;
  throw new LockstepError('UNREADABLE_VALUE', message, { where, path: 'source' });
}
