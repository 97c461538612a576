import { parseStatement } from '../../../src/core/ddl';
import { buildTable } from '../../../src/core/ddl/tracker';
import { quoteTable } from '../../../src/core/model/quote';
import { differences } from '../../../src/core/table/differences';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { ServerConnection } from './connection';
import type { ServerAddress } from './connection';
import { isMissing } from './server-error';
import { EXACT_SESSION, selectedColumn } from './values/selected-column';

/** A table of a server. */
export interface PlacedTable {
  readonly address: ServerAddress;
  readonly schema: string;
  readonly table: string;
}

/** At most so many differences are told. */
const MOST = 12;

/**
 * Whether a merged table is what its shards say, once all of them agree: the same schema as each shard, and exactly the
 * rows of all of them, byte by byte. What differs, in words; empty: nothing. All rows are held in memory.
 * @throws ServerError
 */
export async function compareMerged(shards: readonly PlacedTable[], target: PlacedTable): Promise<readonly string[]> {
  const merged = await schemaOf(target);
  if (merged === null) return [`there is no ${target.schema}.${target.table}`];
  const found: string[] = [];
  for (const shard of shards) {
    const schema = await schemaOf(shard);
    if (schema === null) return [`there is no ${shard.schema}.${shard.table}`];
    // Counters differ: the target's is behind the rows of all shards.
    for (const { kind, name, property, from, to } of differences(schema, merged))
      if (property !== 'autoIncrementId')
        found.push(
          `${kind} ${name} of ${shard.schema}.${shard.table}: ${property} ${from ?? '-'}, merged ${to ?? '-'}`,
        );
  }
  return (found.length > 0 ? found : await compareRows(shards, target, merged)).slice(0, MOST);
}

async function compareRows(
  shards: readonly PlacedTable[],
  target: PlacedTable,
  schema: TableSchema,
): Promise<readonly string[]> {
  const rows = new Map<string, number>();
  for (const [table, by] of [...shards.map((shard) => [shard, 1] as const), [target, -1] as const])
    for (const row of await rowsOf(table, schema)) rows.set(row, (rows.get(row) ?? 0) + by);
  return [...rows]
    .filter(([, times]) => times !== 0)
    .map(([row, times]) => (times > 0 ? `the target lacks ${row}` : `only the target has ${row}`));
}

/** Null: there is no such table. */
async function schemaOf({ address, schema, table }: PlacedTable): Promise<TableSchema | null> {
  try {
    const sql = `SHOW CREATE TABLE ${quoteTable(schema, table)}`;
    const [row] = await ServerConnection.use(address, (connection) => connection.rows(sql));
    const statement = parseStatement(row?.text('Create Table') ?? '');
    return statement.kind === 'create-table' ? buildTable(statement) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Each row as text: the bytes of its columns in the order of their names. */
async function rowsOf({ address, schema, table }: PlacedTable, { columns }: TableSchema): Promise<readonly string[]> {
  const shown = columns.filter(({ hidden }) => !hidden).sort((a, b) => (a.name < b.name ? -1 : 1));
  return ServerConnection.use(address, async (connection) => {
    await connection.execute(EXACT_SESSION);
    const list = shown.map(selectedColumn).join(', ');
    const rows: string[] = [];
    for await (const values of connection.stream(`SELECT ${list} FROM ${quoteTable(schema, table)}`))
      rows.push(shown.map(({ name }, index) => `${name}=${values[index]?.toString('latin1') ?? 'NULL'}`).join(' '));
    return rows;
  });
}
