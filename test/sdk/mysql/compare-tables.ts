import { ServerError } from '../../../sdk/plugins/mysql';
import { parseStatement } from '../../../src/core/ddl';
import { buildTable } from '../../../src/core/ddl/tracker';
import { differences } from '../../../src/core/table/differences';
import type { TableSchema } from '../../../src/core/table/table-schema';
import type { MariaDb } from '../../../src/demo/mysql/mariadb';

/** A table of a server. */
export interface PlacedTable {
  readonly database: MariaDb;
  readonly schema: string;
  readonly table: string;
}

/** At most so many differences are told. */
const MOST = 12;

/** In what a merged table differs from its shards, in words: schemas, then rows byte by byte; empty: nothing. */
export async function compareTables(shards: readonly PlacedTable[], target: PlacedTable): Promise<readonly string[]> {
  const merged = await schemaOf(target);
  if (merged === null) return [`there is no ${target.schema}.${target.table}`];
  const found: string[] = [];
  const rows = new Map<string, number>();
  for (const shard of shards) {
    const schema = await schemaOf(shard);
    if (schema === null) return [`there is no ${shard.schema}.${shard.table}`];
    for (const { kind, name, property, from, to } of differences(schema, merged))
      found.push(`${kind} ${name} of ${shard.schema}.${shard.table}: ${property} ${from ?? '-'}, merged ${to ?? '-'}`);
    if (found.length > 0) continue;
    for (const row of await rowsOf(shard, merged)) rows.set(row, (rows.get(row) ?? 0) + 1);
  }
  if (found.length > 0) return found.slice(0, MOST);
  for (const row of await rowsOf(target, merged)) rows.set(row, (rows.get(row) ?? 0) - 1);
  for (const [row, times] of rows)
    if (times !== 0) found.push(times > 0 ? `the target lacks ${row}` : `only the target has ${row}`);
  return found.slice(0, MOST);
}

/** Null: there is no such table. */
async function schemaOf({ database, schema, table }: PlacedTable): Promise<TableSchema | null> {
  try {
    const [row] = await database.use((connection) => connection.rows(`SHOW CREATE TABLE \`${schema}\`.\`${table}\``));
    const statement = parseStatement(row?.text('Create Table') ?? '');
    return statement.kind === 'create-table' ? buildTable(statement) : null;
  } catch (error) {
    if (error instanceof ServerError && [1146, 1049].includes(error.number)) return null;
    throw error;
  }
}

/** Each row as text: the bytes of its columns in the order of their names. */
async function rowsOf({ database, schema, table }: PlacedTable, { columns }: TableSchema): Promise<string[]> {
  const names = columns.map(({ name }) => name).sort();
  return database.use(async (connection) => {
    await connection.execute("SET SESSION time_zone = '+00:00'");
    const sql = `SELECT ${names.map((name) => `CAST(\`${name}\` AS BINARY)`).join(', ')} FROM \`${schema}\`.\`${table}\``;
    const rows: string[] = [];
    for await (const values of connection.stream(sql))
      rows.push(names.map((name, index) => `${name}=${values[index]?.toString('latin1') ?? 'NULL'}`).join(' '));
    return rows;
  });
}
