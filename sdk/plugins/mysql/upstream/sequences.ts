import { LogType } from '../binlog/log-type';
import type { TableMap } from '../binlog/table-map';
import type { ServerConnection } from '../connection';

/** The columns of a sequence of MariaDB, whose one row changes in the log as that of a table. */
const { longlong, tiny } = LogType;
const COLUMNS: readonly number[] = [longlong, longlong, longlong, longlong, longlong, longlong, tiny, longlong];

/** Which tables of the log are sequences, which only the server knows. */
export class Sequences {
  readonly #known = new Map<string, boolean>();

  constructor(private readonly use: (ask: (connection: ServerConnection) => Promise<boolean>) => Promise<boolean>) {}

  /** Whether a table of the log looks like a sequence. */
  static mayBe({ columns }: TableMap): boolean {
    return columns.length === COLUMNS.length && columns.every(({ type }, index) => type === COLUMNS[index]);
  }

  /** Whether it is one now. @throws ServerError */
  async has({ schema, table }: TableMap): Promise<boolean> {
    const key = JSON.stringify([schema, table]);
    const known = this.#known.get(key) ?? (await this.use((connection) => isSequence(connection, schema, table)));
    this.#known.set(key, known);
    return known;
  }
}

async function isSequence(connection: ServerConnection, schema: string, table: string): Promise<boolean> {
  const rows = await connection.rows(
    `SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND TABLE_TYPE = 'SEQUENCE'`,
    [schema, table],
  );
  return rows.length > 0;
}
