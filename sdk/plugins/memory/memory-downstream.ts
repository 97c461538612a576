import { parseStatement, tablesOf } from '../../../src/core/ddl';
import { LockstepError } from '../../../src/core/model/error';
import type { Checkpoint, DownstreamPlugin, ExecutionContext, ExecutionResult, RowChange } from '../../plugin';
import { MemoryDatabase, SqlError } from '../database';
import { isAlreadyDone } from './already-done';
import { RowWriter } from './row-writer';
import { StoredFile } from './stored-file';
import type { StoredContent } from './stored-file';

/** Where a downstream in memory keeps what a restart needs. */
export interface MemoryDownstreamOptions {
  /** A file for tables and checkpoints; absent: they are gone with the process. */
  readonly file?: string;
}

/**
 * A downstream that really applies DDLs and rows, to tables that it keeps in memory, and refuses what MySQL would refuse;
 * for tests and demonstrations. All sources of a task write into the same one, each by a plugin of its own. It stores
 * checkpoints together with the rows, so a worker that is killed repeats nothing.
 */
export class MemoryDownstream {
  readonly #file: StoredFile | null;
  readonly #content: StoredContent;

  /** @throws LockstepError UNREADABLE_VALUE if the file isn't one of this plugin */
  constructor({ file }: MemoryDownstreamOptions = {}) {
    this.#file = file === undefined ? null : new StoredFile(file);
    this.#content = this.#file?.read() ?? { database: new MemoryDatabase(), checkpoints: new Map() };
  }

  /** The tables as they are; read only. */
  get database(): MemoryDatabase {
    return this.#content.database;
  }

  /** What the worker of a source writes by. */
  connect(source: string): DownstreamPlugin {
    return {
      storesPositions: true,
      execute: (ddl, { target }: ExecutionContext) => promised(() => this.execute(ddl, target?.schema ?? '')),
      apply: (changes, checkpoint) => promised(() => this.apply(source, changes, checkpoint)),
      loadPosition: () => promised(() => this.checkpointOf(source)),
      close: () => Promise.resolve(),
    };
  }

  /** The stored checkpoint of a source; null: none. */
  checkpointOf(source: string): Checkpoint | null {
    return this.#content.checkpoints.get(source) ?? null;
  }

  /** Execute one statement. */
  execute(ddl: string, schema: string): ExecutionResult {
    try {
      this.database.execute(ddl, schema);
      this.#file?.write(this.#content);
      return { kind: 'done' };
    } catch (error) {
      if (error instanceof SqlError && this.#isAlreadyDone(error, ddl, schema)) return { kind: 'already-done' };
      if (error instanceof SqlError || error instanceof LockstepError)
        return { kind: 'failed', reason: error.message, retryable: false };
      throw error;
    }
  }

  /** Apply rows, all or none, and keep the checkpoint with them. @throws SqlError */
  apply(source: string, changes: readonly RowChange[], checkpoint: Checkpoint | null): void {
    new RowWriter(this.database).apply(changes);
    if (checkpoint !== null) this.#content.checkpoints.set(source, checkpoint);
    this.#file?.write(this.#content);
  }

  #isAlreadyDone(error: SqlError, ddl: string, schema: string): boolean {
    const statement = parseStatement(ddl);
    const [own] = tablesOf(statement, schema);
    const table = own === undefined ? undefined : this.database.find(...own);
    return isAlreadyDone(error, statement, table?.schema ?? null);
  }
}

/** What is thrown becomes a rejection. */
function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
