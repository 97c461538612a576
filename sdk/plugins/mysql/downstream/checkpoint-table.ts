import { LockstepError } from '../../../../src/core/model/error';
import { quoteName, quoteTable } from '../../../../src/core/model/quote';
import { parseJson } from '../../../../src/core/wire/json-reader';
import type { Checkpoint } from '../../../plugin';
import { parseCheckpoint } from '../../../worker/checkpoint-door';
import type { ServerConnection, SqlRow } from '../connection';
import { quoteText } from '../values/sql-literal';

/** The table of checkpoints, one row for each reader; written in the transactions of the rows that they are of. */
export class CheckpointTable {
  readonly #name: string;
  /** The name of the batch that this process knows to be the last; null: it doesn't know of any. */
  #last: string | null = null;

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

  /**
   * The stored checkpoint, when what an earlier run of this reader is just committing is there; null: there is none.
   * @throws LockstepError UNREADABLE_VALUE
   */
  async load(connection: ServerConnection): Promise<Checkpoint | null> {
    await connection.execute(`INSERT IGNORE INTO ${this.#name} (reader, batch) VALUES (${quoteText(this.reader)}, '')`);
    await connection.execute('START TRANSACTION');
    const row = await this.#lock(connection, 'batch, checkpoint');
    await connection.execute('COMMIT');
    this.#last = row?.text('batch') ?? null;
    if (row === null || row.isNull('checkpoint')) return null;
    const where = `${this.#name}, reader ${this.reader}`;
    return parseCheckpoint(JSON.parse(parseJson(row.text('checkpoint'), where).json()));
  }

  /**
   * Look in the running transaction, first of all, whether it may write a batch: from here on no other one can.
   * @returns whether the batch was committed before, by a connection that broke
   * @throws LockstepError STALE_SESSION if another process has written meanwhile
   */
  async isCommitted(connection: ServerConnection, batch: string): Promise<boolean> {
    const found = (await this.#lock(connection, 'batch'))?.text('batch') ?? null;
    if (found === batch) return true;
    if (found === this.#last) return false;
    throw new LockstepError(
      'STALE_SESSION',
      `another process writes the checkpoint of ${this.reader} in ${this.#name}, or has removed it`,
    );
  }

  /** Say in the running transaction that it writes this batch, and where a restart would go on; null: as before. */
  async save(connection: ServerConnection, batch: string, checkpoint: Checkpoint | null): Promise<void> {
    const also = checkpoint === null ? '' : `, checkpoint = ${quoteText(JSON.stringify(checkpoint))}`;
    await connection.execute(
      `UPDATE ${this.#name} SET batch = ${quoteText(batch)}${also} WHERE reader = ${quoteText(this.reader)}`,
    );
  }

  /** A batch is committed. */
  committed(batch: string): void {
    this.#last = batch;
  }

  /** The row, which waits for whoever writes it; null: it isn't there. */
  async #lock(connection: ServerConnection, columns: string): Promise<SqlRow | null> {
    const where = `WHERE reader = ${quoteText(this.reader)} FOR UPDATE`;
    const [row] = await connection.rows(`SELECT ${columns} FROM ${this.#name} ${where}`);
    return row ?? null;
  }
}

/** A reader's name must fit its column: a longer one would be cut off in silence, or be refused at the first batch. */
export function checkReader(reader: string): string {
  if (reader.length <= 255) return reader;
  throw new LockstepError('INVALID_INPUT', 'the names of task and source are longer than 254 characters together', {
    field: 'source',
  });
}
