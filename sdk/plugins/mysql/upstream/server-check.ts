import { LockstepError } from '../../../../src/core/model/error';
import type { UpstreamTableName } from '../../../plugin';
import type { ServerConnection } from '../connection';
import { ServerError } from '../server-error';

/** What is asked of a server before its log is read. */
export interface SourceServer {
  readonly isMariaDb: boolean;
  readonly version: string;
}

/** Settings that the log must have been written with, and what to do about each that is otherwise. */
const REQUIRED: readonly { readonly name: string; readonly values: readonly string[]; readonly help: string }[] = [
  { name: 'log_bin', values: ['ON', '1'], help: 'start the server with --log-bin' },
  { name: 'binlog_format', values: ['ROW'], help: 'SET GLOBAL binlog_format = ROW, and let applications connect anew' },
  {
    name: 'binlog_row_image',
    values: ['FULL'],
    help: 'SET GLOBAL binlog_row_image = FULL, and let applications connect anew',
  },
  {
    name: 'binlog_row_value_options',
    values: [''],
    help: "SET GLOBAL binlog_row_value_options = '', and let applications connect anew",
  },
  {
    name: 'binlog_transaction_compression',
    values: ['OFF', '0'],
    help: 'SET GLOBAL binlog_transaction_compression = OFF, and let applications connect anew',
  },
];

/**
 * Look whether the log of a server can be read.
 * @throws LockstepError UPSTREAM_UNSUITABLE naming all settings, or the privilege, and what to do
 */
export async function checkServer(connection: ServerConnection): Promise<SourceServer> {
  const variables = await readVariables(connection);
  const wrong = REQUIRED.flatMap(({ name, values, help }) => {
    const value = variables.get(name);
    // What a version doesn't have it doesn't do.
    if (value === undefined || values.includes(value.toUpperCase())) return [];
    return [`${name} = ${value}: ${help}`];
  });
  if (wrong.length > 0)
    throw new LockstepError('UPSTREAM_UNSUITABLE', `the upstream has ${wrong.join('; it has ')}`, { settings: wrong });
  await checkPrivileges(connection);
  const version = variables.get('version') ?? '';
  return { isMariaDb: version.toLowerCase().includes('mariadb'), version };
}

async function readVariables(connection: ServerConnection): Promise<ReadonlyMap<string, string>> {
  const names = [...REQUIRED.map(({ name }) => name), 'version'].map((name) => `'${name}'`).join(', ');
  const rows = await connection.rows(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names})`);
  return new Map(rows.map((row) => [row.text('Variable_name'), row.text('Value')]));
}

/** Each privilege by one of the names that versions have for it, and what it is for. */
const PRIVILEGES: readonly { readonly names: readonly string[]; readonly grant: string }[] = [
  { names: ['REPLICATION SLAVE', 'REPLICATION REPLICA'], grant: 'REPLICATION SLAVE' },
  {
    names: ['REPLICATION CLIENT', 'BINLOG MONITOR', 'REPLICATION SLAVE ADMIN'],
    grant: 'REPLICATION CLIENT (MariaDB: BINLOG MONITOR)',
  },
  // Without it the server hides the tables, as if there were none.
  { names: ['SELECT'], grant: 'SELECT' },
];

/** Only what is granted directly is looked at; a role that isn't active may lack in the list, so the server has the last word. */
async function checkPrivileges(connection: ServerConnection): Promise<void> {
  const grants = (await connection.rows('SHOW GRANTS')).map((row) => row.first().toUpperCase());
  const granted = grants.join('\n');
  if (/GRANT ALL PRIVILEGES ON \*\.\*/u.test(granted) || /^GRANT [`']?[^ ]+[`']? TO /mu.test(granted)) return;
  for (const { names, grant } of PRIVILEGES)
    if (!names.some((name) => granted.includes(name)))
      throw new LockstepError('UPSTREAM_UNSUITABLE', `the upstream's user lacks a privilege: GRANT ${grant} ON *.*`, {
        privilege: grant,
      });
}

/** Numbers by which a server says that a user may not. */
const FORBIDDEN: ReadonlySet<number> = new Set([1044, 1045, 1142, 1143, 1227, 1698]);

/** The log was purged, or never was there. */
const LOG_GONE = 1236;

/** An error of the upstream, as one that says what to do; others as they are. */
export function upstreamError(error: unknown): unknown {
  if (!(error instanceof ServerError)) return error;
  if (FORBIDDEN.has(error.number))
    return new LockstepError('UPSTREAM_UNSUITABLE', `the upstream refuses: ${error.message}`, { number: error.number });
  if (error.number === LOG_GONE && error.message.includes('max_allowed_packet'))
    return new LockstepError(
      'PACKET_TOO_LARGE',
      `the upstream can't send an event of its log: ${error.message}; raise max_allowed_packet on the upstream, unless the worker was told to begin at a place where no event begins (SHOW BINLOG EVENTS tells where)`,
      { number: error.number },
    );
  if (error.number === LOG_GONE)
    return new LockstepError('UPSTREAM_POSITION_LOST', `the upstream's log can't be read on: ${error.message}`, {
      number: error.number,
    });
  return error;
}

/** "No such database", "column" or "table", and that a transaction is older than the table. */
const CHANGED: ReadonlySet<number> = new Set([1049, 1054, 1146, 1412]);

/** An error of the copying of tables, as one that says that a statement was in the way; others as they are. */
export function copyError(error: unknown): unknown {
  if (!(error instanceof ServerError) || !CHANGED.has(error.number)) return error;
  return new LockstepError(
    'UPSTREAM_POSITION_LOST',
    `a statement has changed a table before it was copied: ${error.message}`,
    { number: error.number },
  );
}

/**
 * The `CREATE TABLE` of a table that can be merged: rows of MariaDB's system-versioned tables have columns and a history
 * that other tables lack.
 * @throws LockstepError UPSTREAM_UNSUITABLE
 */
export function refuseVersioned(createTable: string, { schema, table }: UpstreamTableName): string {
  if (!/\bWITH\s+SYSTEM\s+VERSIONING\b/iu.test(createTable)) return createTable;
  throw new LockstepError(
    'UPSTREAM_UNSUITABLE',
    `${schema}.${table} is system-versioned: ALTER TABLE … DROP SYSTEM VERSIONING, or leave it out (ignore-tables of block-allow-list)`,
    { table: `${schema}.${table}` },
  );
}
