import { createPool } from 'mysql2/promise';
import type { Pool, RowDataPacket } from 'mysql2/promise';
import { LockstepError } from '../../core/model/error';
import type { SourceId, TaskName, UpstreamTable } from '../../core/model/names';
import { quoteTable } from '../../core/model/quote';
import { tableKey } from '../../core/model/table-key';
import type { TableKey } from '../../core/model/table-key';
import type { DownstreamMetadata } from '../../ports/downstream-metadata';
import { readDownstreamFile } from './downstream-file';
import type { DownstreamConnection } from './downstream-file';

/** How long connecting, and one query, may take, in milliseconds. */
const CALL_MS = 10_000;

/** How many tables one query names. */
const TABLES_A_QUERY = 500;

interface CheckpointRow extends RowDataPacket {
  readonly schema: string;
  readonly table: string;
  readonly info: string | null;
}

interface Downstream {
  readonly pool: Pool;
  readonly metaSchema: string;
}

/** The checkpoints of DM's workers, in MySQL, MariaDB or TiDB: one pool of connections a task, which connects when it is asked. */
export class MysqlCheckpoints implements DownstreamMetadata {
  readonly tasks: ReadonlyMap<TaskName, string>;
  readonly #downstreams: ReadonlyMap<TaskName, Downstream>;

  private constructor(connections: ReadonlyMap<TaskName, DownstreamConnection>) {
    this.tasks = new Map([...connections].map(([task, { metaSchema }]) => [task, metaSchema]));
    this.#downstreams = new Map([...connections].map(([task, connection]) => [task, openDownstream(connection)]));
  }

  /** The downstreams that a file names. @throws LockstepError INVALID_INPUT with the file and the path of the field */
  static open(path: string): MysqlCheckpoints {
    return new MysqlCheckpoints(readDownstreamFile(path));
  }

  async tableInfos(task: TaskName, tables: readonly UpstreamTable[]): Promise<readonly (string | null)[]> {
    const downstream = this.#downstreams.get(task);
    if (downstream === undefined)
      throw new LockstepError('DOWNSTREAM_UNAVAILABLE', `no downstream is configured for task ${task}`, { task });
    const found = new Map<TableKey, string>();
    for (const [source, ofSource] of bySource(tables)) {
      for (let start = 0; start < ofSource.length; start += TABLES_A_QUERY) {
        const part = ofSource.slice(start, start + TABLES_A_QUERY);
        for (const { schema, table, info } of await readPart(downstream, task, source, part))
          if (info !== null && info !== 'null') found.set(tableKey(task, { source, schema, table }), info);
      }
    }
    return tables.map((table) => found.get(tableKey(task, table)) ?? null);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#downstreams.values()].map(({ pool }) => pool.end()));
  }
}

function openDownstream({ host, port, user, password, metaSchema, ca }: DownstreamConnection): Downstream {
  const pool = createPool({
    ...{ host, port, user, password, connectionLimit: 2, maxIdle: 0, idleTimeout: CALL_MS, connectTimeout: CALL_MS },
    ...(ca === null ? {} : { ssl: { ca } }),
  });
  return { pool, metaSchema };
}

/** The rows of some tables of one source. JSON columns are read as text, since MySQL's come parsed and MariaDB's don't. */
async function readPart(
  { pool, metaSchema }: Downstream,
  task: TaskName,
  source: SourceId,
  tables: readonly UpstreamTable[],
): Promise<readonly CheckpointRow[]> {
  const checkpoints = quoteTable(metaSchema, `${task}_syncer_checkpoint`);
  const sql = `SELECT cp_schema AS \`schema\`, cp_table AS \`table\`, CAST(table_info AS CHAR) AS info FROM ${checkpoints} WHERE id = ? AND is_global = 0 AND (cp_schema, cp_table) IN (?)`;
  const values = [source, tables.map(({ schema, table }) => [schema, table])];
  try {
    const [rows] = await pool.query<CheckpointRow[]>({ sql, values, timeout: CALL_MS });
    return rows;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LockstepError('DOWNSTREAM_UNAVAILABLE', `${checkpoints} can't be read: ${reason}`, { task });
  }
}

function bySource(tables: readonly UpstreamTable[]): ReadonlyMap<SourceId, UpstreamTable[]> {
  const groups = new Map<SourceId, UpstreamTable[]>();
  for (const table of tables) {
    const group = groups.get(table.source) ?? [];
    group.push(table);
    groups.set(table.source, group);
  }
  return groups;
}
