import { parseStatement } from '../../../../src/core/ddl';
import { buildTable } from '../../../../src/core/ddl/tracker';
import { LockstepError } from '../../../../src/core/model/error';
import { quoteName, quoteTable } from '../../../../src/core/model/quote';
import { TypeCode } from '../../../../src/core/table/column-type';
import type { Column, TableSchema } from '../../../../src/core/table/table-schema';
import type { JsonValue, Row, UpstreamEvent, UpstreamTableName } from '../../../plugin';
import type { ServerConnection } from '../connection';
import { selectedColumn } from '../values/selected-column';
import { encodedBytes, readText } from '../values/text';
import { sqlLiteral } from '../values/sql-literal';
import { CopyLocks } from './copy-locks';
import { compareNames, formatPosition } from './log-position';
import type { LogPosition, SnapshotPlace } from './log-position';
import type { SourceTable } from './start';

/** So many rows, or rows of so many bytes, make an event. */
const ROWS_AN_EVENT = 500;
const BYTES_AN_EVENT = 1_024 * 1_024;

/**
 * The rows of all tables behind a place of a snapshot, as inserts, and a mark behind each table.
 * @param connection in whose transaction they are read, which has taken the locks of all of them
 * @param place where the log is read from afterwards
 * @param begun how far an earlier one has come
 * @throws LockstepError UPSTREAM_POSITION_LOST if it can't go on within a table; ServerError
 */
export async function* readSnapshot(
  connection: ServerConnection,
  tables: readonly SourceTable[],
  place: LogPosition,
  begun: SnapshotPlace,
): AsyncGenerator<UpstreamEvent, void, undefined> {
  const locks = new CopyLocks(connection);
  for (const [index, table] of tables.entries()) {
    if (isCopied(table, begun)) continue;
    const order = compareNames(table.schema, begun.schema) || compareNames(table.table, begun.table);
    const at = (rows: number, after: readonly JsonValue[] | null) =>
      formatPosition({ ...place, snapshot: { schema: table.schema, table: table.table, rows, after } });
    let rows = order === 0 ? begun.rows : 0;
    for await (const { chunk, bytes, after } of readTable(connection, table, order === 0 ? begun : null)) {
      rows += chunk.length;
      yield {
        ...{ kind: 'rows', table: { schema: table.schema, table: table.table }, change: 'insert' },
        rows: chunk.map((row) => ({ after: row })),
        bytes,
        position: at(rows, after),
      };
    }
    await locks.giveBack(table);
    const name = `snapshot ${index + 1}/${tables.length}: ${table.schema}.${table.table}, ${rows} rows`;
    yield { kind: 'mark', position: at(rows + 1, []), name };
  }
  yield { kind: 'mark', position: formatPosition(place), name: 'snapshot complete' };
}

/** Whether a table was read before a place: one whose rows are all read has an empty key to go on from. */
export function isCopied(name: UpstreamTableName, { schema, table, after }: SnapshotPlace): boolean {
  const order = compareNames(name.schema, schema) || compareNames(name.table, table);
  return order < 0 || (order === 0 && after?.length === 0);
}

interface Chunk {
  readonly chunk: readonly Row[];
  readonly bytes: number;
  /** The key of the last row; null: the table has none. */
  readonly after: readonly JsonValue[] | null;
}

async function* readTable(
  connection: ServerConnection,
  { createTable, ...name }: SourceTable,
  from: SnapshotPlace | null,
): AsyncGenerator<Chunk, void, undefined> {
  const schema = readSchema(createTable, name);
  const columns = schema.columns.filter(({ generated, hidden }) => generated === null && !hidden);
  const key = schema.indexes.find(({ primary }) => primary)?.parts.map(({ column }) => column) ?? null;
  if (from !== null && from.rows > 0 && from.after === null) throw lostWithin(name);
  const sql = selectText(name, columns, key, from?.after ?? null);
  let [chunk, bytes]: [Row[], number] = [[], 0];
  const keyOf = (row: Row): readonly JsonValue[] | null => key?.map((column) => row[column] ?? null) ?? null;
  for await (const values of connection.stream(sql)) {
    const row = Object.fromEntries(
      columns.map((column, index) => [column.name, valueOf(column, values[index] ?? null)]),
    );
    chunk.push(row);
    bytes += values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
    if (chunk.length < ROWS_AN_EVENT && bytes < BYTES_AN_EVENT) continue;
    yield { chunk, bytes, after: keyOf(row) };
    [chunk, bytes] = [[], 0];
  }
  const last = chunk.at(-1);
  if (last !== undefined) yield { chunk, bytes, after: keyOf(last) };
}

function selectText(
  { schema, table }: UpstreamTableName,
  columns: readonly Column[],
  key: readonly string[] | null,
  after: readonly JsonValue[] | null,
): string {
  const keyList = key?.map(quoteName).join(', ');
  const where =
    keyList === undefined || after === null
      ? ''
      : ` WHERE (${keyList}) > (${after.map((value) => sqlLiteral(value)).join(', ')})`;
  const order = keyList === undefined ? '' : ` ORDER BY ${keyList}`;
  return `SELECT ${columns.map(selectedColumn).join(', ')} FROM ${quoteTable(schema, table)}${where}${order}`;
}

/** A value, read as `selectedColumn` says, as the log would have it. */
function valueOf({ type }: Column, bytes: Buffer | null): JsonValue {
  if (bytes === null) return null;
  switch (type.code) {
    case TypeCode.tinyint:
    case TypeCode.smallint:
    case TypeCode.mediumint:
    case TypeCode.int:
    case TypeCode.bigint:
    case TypeCode.year:
    case TypeCode.bit: {
      const text = bytes.toString('latin1');
      const number = Number(text);
      return Number.isSafeInteger(number) ? number : text;
    }
    case TypeCode.float:
    case TypeCode.double:
      return Number(bytes.toString('latin1'));
    case TypeCode.enum: {
      const text = bytes.toString('utf8');
      // What is no member is kept as the number 0.
      return type.members?.includes(text) === true ? text : 0;
    }
    case TypeCode.char:
    case TypeCode.varchar:
    case TypeCode.tinyblob:
    case TypeCode.blob:
    case TypeCode.mediumblob:
    case TypeCode.longblob:
      return type.charset === 'binary' ? encodedBytes(bytes) : readText(bytes, type.charset);
    default:
      return bytes.toString('utf8');
  }
}

function readSchema(createTable: string, { schema, table }: UpstreamTableName): TableSchema {
  const statement = parseStatement(createTable);
  if (statement.kind === 'create-table') return buildTable(statement);
  throw new LockstepError('PLUGIN_FAILED', `no CREATE TABLE of ${schema}.${table}`, { plugin: 'mysql' });
}

function lostWithin({ schema, table }: UpstreamTableName): LockstepError {
  return new LockstepError(
    'UPSTREAM_POSITION_LOST',
    `the snapshot ended within ${schema}.${table}, which has no primary key to go on from`,
    { table: `${schema}.${table}` },
  );
}
