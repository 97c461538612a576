import { LockstepError } from '../../../../src/core/model/error';
import type { UpstreamEvent, UpstreamTableName } from '../../../plugin';
import { ServerError } from '../server-error';
import { isAbout } from './changed-since';

/** What has to be asked of the source. */
export interface TableSource {
  /** The `CREATE TABLE` of the table as it is now. */
  readonly show: (name: UpstreamTableName) => Promise<string>;
  /** The log behind the place in question; it ends when the connection is lost. */
  readonly read: () => AsyncIterable<UpstreamEvent>;
}

/** The number of the error that there is no such table. */
const NO_SUCH_TABLE = 1146;

/**
 * The `CREATE TABLE` of a table as it was at a place of the log: as it is now, if no statement since has been about it.
 * Null: the connection was lost.
 * @throws LockstepError EVENT_UNSUPPORTED if it has changed, or gone; ServerError
 */
export async function tableAt(name: UpstreamTableName, { show, read }: TableSource): Promise<string | null> {
  const text = await show(name).catch((error: unknown) => {
    if (error instanceof ServerError && error.number === NO_SUCH_TABLE) throw changed(name);
    throw error;
  });
  for await (const event of read()) {
    if (event.kind === 'idle') return text;
    if (event.kind === 'ddl' && isAbout(event, name)) throw changed(name);
  }
  return null;
}

function changed({ schema, table }: UpstreamTableName): LockstepError {
  return new LockstepError(
    'EVENT_UNSUPPORTED',
    `${schema}.${table} was made like a table that is no shard, and has changed since, so nothing tells what it was then: ` +
      'leave it out (ignore-tables of block-allow-list), or begin anew with a snapshot',
    { table: `${schema}.${table}` },
  );
}
