import { LockstepError } from '../../../../src/core/model/error';
import { quoteName, quoteTable } from '../../../../src/core/model/quote';
import { parseJson } from '../../../../src/core/wire/json-reader';
import type { Checkpoint } from '../../../plugin';
import { parseCheckpoint } from '../../../worker/checkpoint-door';
import type { ServerConnection } from '../connection';
import { quoteText } from '../values/sql-literal';

/** The table of checkpoints, one row for each reader; written in the transactions of the rows that they are of. */
export class CheckpointTable {
  readonly #name: string;

  constructor(
    private readonly schema: string,
    /** Whose checkpoint it is: a source of a task. */
    private readonly reader: string,
  ) {
    this.#name = quoteTable(schema, 'checkpoints');
  }

  /** Make it if it isn't there. */
  async create(connection: ServerConnection): Promise<void> {
    await connection.execute(`CREATE DATABASE IF NOT EXISTS ${quoteName(this.schema)}`);
    await connection.execute(
      `CREATE TABLE IF NOT EXISTS ${this.#name} (
         reader VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
         batch CHAR(36) CHARACTER SET ascii NOT NULL,
         checkpoint LONGTEXT CHARACTER SET utf8mb4 NULL
       )`,
    );
  }

  /** Null: there is none. @throws LockstepError UNREADABLE_VALUE */
  async load(connection: ServerConnection): Promise<Checkpoint | null> {
    const [row] = await connection.rows(
      `SELECT checkpoint FROM ${this.#name} WHERE reader = ${quoteText(this.reader)}`,
    );
    if (row === undefined || row.isNull('checkpoint')) return null;
    const where = `${this.#name}, reader ${this.reader}`;
    return parseCheckpoint(JSON.parse(parseJson(row.text('checkpoint'), where).json()));
  }

  /** Say in the running transaction that it writes this batch, and where a restart would go on; null: as before. */
  async save(connection: ServerConnection, batch: string, checkpoint: Checkpoint | null): Promise<void> {
    const text = checkpoint === null ? 'NULL' : quoteText(JSON.stringify(checkpoint));
    const update = checkpoint === null ? '' : ', checkpoint = VALUES(checkpoint)';
    await connection.execute(
      `INSERT INTO ${this.#name} (reader, batch, checkpoint) VALUES (${quoteText(this.reader)}, ${quoteText(batch)}, ${text})
       ON DUPLICATE KEY UPDATE batch = VALUES(batch)${update}`,
    );
  }

  /** Whether the last batch that was committed is this one. */
  async isCommitted(connection: ServerConnection, batch: string): Promise<boolean> {
    const [row] = await connection.rows(`SELECT batch FROM ${this.#name} WHERE reader = ${quoteText(this.reader)}`);
    return row?.text('batch') === batch;
  }
}

/** A reader's name must fit its column: a longer one would be cut off in silence, or be refused at the first batch. */
export function checkReader(reader: string): string {
  if (reader.length <= 255) return reader;
  throw new LockstepError('INVALID_INPUT', 'the names of task and source are longer than 254 characters together', {
    field: 'source',
  });
}
