import { parseStatement, tablesOf } from '../../../src/core/ddl';
import { LockstepError } from '../../../src/core/model/error';
import type { Checkpoint, DownstreamPlugin, ExecutionContext, ExecutionResult, RowChange } from '../../plugin';
import { MemoryDatabase, SqlError } from '../database';
import { isAlreadyDone } from './already-done';
import { RowWriter } from './row-writer';
import { StoredFile } from './stored-file';

/** Where a downstream in memory keeps what a restart needs. */
export interface MemoryDownstreamOptions {
  /** A file for tables and checkpoint; absent: they are gone with the process. */
  readonly file?: string;
}

/**
 * A downstream that really applies DDLs and rows, to tables that it keeps in memory, and refuses what MySQL would refuse;
 * for tests and demonstrations. It stores checkpoints together with the rows, so a killed process with a file repeats
 * nothing.
 */
export class MemoryDownstream implements DownstreamPlugin {
  readonly storesPositions = true;
  readonly #file: StoredFile | null;
  #database: MemoryDatabase;
  #checkpoint: Checkpoint | null;

  /** @throws LockstepError UNREADABLE_VALUE if the file isn't one of this plugin */
  constructor({ file }: MemoryDownstreamOptions = {}) {
    this.#file = file === undefined ? null : new StoredFile(file);
    const stored = this.#file?.read() ?? null;
    this.#database = stored?.database ?? new MemoryDatabase();
    this.#checkpoint = stored?.checkpoint ?? null;
  }

  /** The tables as they are; read only. */
  get database(): MemoryDatabase {
    return this.#database;
  }

  execute(ddl: string, { target }: ExecutionContext): Promise<ExecutionResult> {
    return Promise.resolve(this.#execute(ddl, target?.schema ?? ''));
  }

  apply(changes: readonly RowChange[], checkpoint: Checkpoint | null): Promise<void> {
    return new Promise((resolve) => {
      new RowWriter(this.#database).apply(changes);
      if (checkpoint !== null) this.#checkpoint = checkpoint;
      this.#file?.write(this.#database, this.#checkpoint);
      resolve();
    });
  }

  loadPosition(): Promise<Checkpoint | null> {
    return Promise.resolve(this.#checkpoint);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #execute(ddl: string, schema: string): ExecutionResult {
    try {
      this.#database.execute(ddl, schema);
      this.#file?.write(this.#database, this.#checkpoint);
      return { kind: 'done' };
    } catch (error) {
      if (error instanceof SqlError && this.#isAlreadyDone(error, ddl, schema)) return { kind: 'already-done' };
      if (error instanceof SqlError || error instanceof LockstepError)
        return { kind: 'failed', reason: error.message, retryable: false };
      throw error;
    }
  }

  #isAlreadyDone(error: SqlError, ddl: string, schema: string): boolean {
    const statement = parseStatement(ddl);
    const [own] = tablesOf(statement, schema);
    const table = own === undefined ? undefined : this.#database.find(...own);
    return isAlreadyDone(error, statement, table?.schema ?? null);
  }
}
