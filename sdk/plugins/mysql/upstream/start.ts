import { LockstepError } from '../../../../src/core/model/error';
import { quoteTable } from '../../../../src/core/model/quote';
import type { UpstreamTableName } from '../../../plugin';
import type { ServerConnection } from '../connection';
import { ServerError, isConnectionLost } from '../server-error';
import { parseGtidSet } from './gtid-set';
import { compareNames } from './log-position';
import type { LogPlace, LogPosition } from './log-position';

/** Where a worker without a checkpoint begins. */
export type UpstreamStart =
  /** With what is written from now on. */
  | { readonly kind: 'now' }
  /** With all rows that there are, then with what was written since. */
  | { readonly kind: 'snapshot' }
  /** Tables are taken to have had the schemas then that they have now. */
  | { readonly kind: 'place'; readonly file: string; readonly offset: number }
  | { readonly kind: 'gtids'; readonly set: string };

/** A table of the source, with its `CREATE TABLE`. */
export interface SourceTable extends UpstreamTableName {
  readonly createTable: string;
}

/** What the source is where a worker begins. */
export interface StartState {
  readonly position: LogPosition;
  readonly tables: readonly SourceTable[];
}

/** How the state of a start is taken. */
export interface StartOptions {
  readonly start: UpstreamStart;
  readonly isMariaDb: boolean;
  /** Whether places are followed by GTIDs. */
  readonly usesGtids: boolean;
}

/** How long other transactions may keep the lock from us, in seconds. */
const LOCK_WAIT_S = 30;

/**
 * Take the state of a source. For `now` and `snapshot` all its tables are locked for the moment that it takes to read their
 * schemas, so that they are those of the position.
 * @param reader the connection that a snapshot will be read by: its transaction begins at the position
 * @throws LockstepError UPSTREAM_UNSUITABLE if the user may not lock, INVALID_INPUT
 */
export async function takeStart(
  connection: ServerConnection,
  reader: ServerConnection | null,
  options: StartOptions,
): Promise<StartState> {
  const { start } = options;
  if (start.kind === 'place') {
    const { file, offset } = start;
    return { position: { file, offset, event: 0 }, tables: await readTables(connection) };
  }
  if (start.kind === 'gtids') {
    const { text, count } = parseGtidSet(start.set, options.isMariaDb);
    const position = { file: '', offset: 4, event: 0, gtids: { set: text, count } };
    return { position, tables: await readTables(connection) };
  }
  await lock(connection);
  try {
    if (reader !== null) await beginSnapshot(reader);
    const place = await readPlace(connection, options);
    const snapshot = { schema: '', table: '', rows: 0, after: [] };
    return {
      position: start.kind === 'snapshot' ? { ...place, snapshot } : place,
      tables: await readTables(connection),
    };
  } finally {
    await connection.execute('UNLOCK TABLES');
  }
}

/** From here on the connection sees all rows as they are now. */
export async function beginSnapshot(connection: ServerConnection): Promise<void> {
  try {
    await connection.execute('SET SESSION sql_log_bin = 0');
  } catch (error) {
    // Who may not (BINLOG ADMIN) keeps all locks of tables until everything is copied.
    if (!(error instanceof ServerError) || isConnectionLost(error)) throw error;
  }
  await connection.execute(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_S}`);
  await connection.execute('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
  await connection.execute('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
}

/** Tables of the servers' own. */
const OWN_SCHEMAS = ['mysql', 'information_schema', 'performance_schema', 'sys'].map((name) => `'${name}'`).join(', ');

/** The names of all tables, in the order in which a snapshot reads them. */
async function listTables(connection: ServerConnection): Promise<readonly UpstreamTableName[]> {
  const rows = await connection.rows(
    `SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES
     WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND TABLE_SCHEMA NOT IN (${OWN_SCHEMAS})`,
  );
  return rows
    .map((row) => ({ schema: row.text('TABLE_SCHEMA'), table: row.text('TABLE_NAME') }))
    .sort((a, b) => compareNames(a.schema, b.schema) || compareNames(a.table, b.table));
}

/** The `CREATE TABLE` of a table as it is now. */
export async function showCreateTable(
  connection: ServerConnection,
  { schema, table }: UpstreamTableName,
): Promise<string> {
  const [row] = await connection.rows(`SHOW CREATE TABLE ${quoteTable(schema, table)}`);
  const text = row?.text('Create Table') ?? '';
  if (text !== '') return text;
  throw new LockstepError('PLUGIN_FAILED', `the upstream has no table ${schema}.${table}`, { plugin: 'mysql' });
}

/** All tables as they are now, in the order in which a snapshot reads them. */
export async function readTables(connection: ServerConnection): Promise<readonly SourceTable[]> {
  const tables: SourceTable[] = [];
  for (const table of await listTables(connection))
    tables.push({ ...table, createTable: await showCreateTable(connection, table) });
  return tables;
}

async function lock(connection: ServerConnection): Promise<void> {
  try {
    await connection.execute(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_S}`);
    await connection.execute('FLUSH TABLES WITH READ LOCK');
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    const advice =
      error.number === 1205
        ? 'a long statement keeps the tables; try again when it has ended'
        : 'GRANT RELOAD ON *.*, or begin at a given place of the log';
    throw new LockstepError('UPSTREAM_UNSUITABLE', `the upstream can't be locked: ${error.message}; ${advice}`, {
      privilege: 'RELOAD',
    });
  }
}

/** The end of the log. @throws LockstepError UPSTREAM_UNSUITABLE if there is none */
export async function readEnd(connection: ServerConnection): Promise<LogPlace> {
  const [status] = await readStatus(connection);
  const file = status?.text('File') ?? '';
  if (status === undefined || file === '')
    throw new LockstepError('UPSTREAM_UNSUITABLE', 'the upstream writes no binlog: start it with --log-bin');
  return { file, offset: status.number('Position') };
}

/** The end of the log, as a position. */
async function readPlace(connection: ServerConnection, { isMariaDb, usesGtids }: StartOptions): Promise<LogPosition> {
  const place = { ...(await readEnd(connection)), event: 0 };
  if (!usesGtids) return place;
  const variable = isMariaDb ? 'gtid_binlog_pos' : 'gtid_executed';
  const [row] = await connection.rows(`SELECT @@GLOBAL.${variable} AS gtids`);
  const { text, count } = parseGtidSet((row?.text('gtids') ?? '').replaceAll('\n', ''), isMariaDb);
  return { ...place, gtids: { set: text, count } };
}

/** MySQL 8.4 has a new word for it only. */
async function readStatus(connection: ServerConnection) {
  try {
    return await connection.rows('SHOW MASTER STATUS');
  } catch (error) {
    if (!(error instanceof ServerError) || error.number !== 1064) throw error;
    return connection.rows('SHOW BINARY LOG STATUS');
  }
}
