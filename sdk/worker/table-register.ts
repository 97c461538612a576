import { LockstepError } from '../../src/core/model/error';
import type { LockstepClient } from '../client/client';
import type { ShardSessionInput } from '../client/messages';
import type { SourceTable } from '../engine/engine-start';
import type { TargetName, UpstreamTableName } from '../plugin';

/** How many characters of tables one request takes: well below the 1 MiB of a request, whatever JSON makes of them. */
const LARGEST_LIST = 400_000;
const TABLE_OVERHEAD = 300;

/**
 * The source's tables at the coordinator. Changes go one after the other, each naming the one before it, so that one that
 * comes late changes nothing (PROTOCOL 3.1).
 */
export class TableRegister {
  /** The revision of the last change. */
  #after: string | null = null;

  constructor(
    private readonly client: LockstepClient,
    private readonly tables: () => readonly SourceTable[],
  ) {}

  /** Put all tables as they stand, and once more behind what has changed them since `after`. */
  async putAll(session: ShardSessionInput, after: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#putAll(session, after, signal);
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      await this.#putAll(session, newestOf(error, session), signal);
    }
  }

  /** Long lists go in parts. */
  async #putAll(session: ShardSessionInput, after: string, signal: AbortSignal): Promise<void> {
    const tables = this.tables().map(({ table, target, createTable }) => ({ ...table, target, createTable }));
    let size = 0;
    const first = tables.findIndex(({ createTable }) => (size += createTable.length + TABLE_OVERHEAD) > LARGEST_LIST);
    const cut = first < 0 ? tables.length : first;
    const { revision } = await this.client.putShardSourceTables(
      { session, tables: tables.slice(0, cut), after },
      signal,
    );
    this.#after = revision;
    for (const { schema, table, target, createTable } of tables.slice(cut))
      await this.#add(session, { schema, table }, target, createTable, signal);
  }

  /** A table that was created. */
  async add(session: ShardSessionInput, table: SourceTable, signal: AbortSignal): Promise<void> {
    await this.#again(session, signal, () => this.#add(session, table.table, table.target, table.createTable, signal));
  }

  /** A table that was dropped. */
  async remove(session: ShardSessionInput, table: UpstreamTableName, signal: AbortSignal): Promise<void> {
    await this.#again(session, signal, async () => {
      const input = { session, table, ...this.#place() };
      const { revision } = await this.client.removeShardSourceTable(input, signal);
      this.#after = revision;
    });
  }

  async #add(
    session: ShardSessionInput,
    { schema, table }: UpstreamTableName,
    target: TargetName,
    createTable: string,
    signal: AbortSignal,
  ): Promise<void> {
    const input = { session, table: { schema, table, target, createTable }, ...this.#place() };
    const { revision } = await this.client.addShardSourceTable(input, signal);
    this.#after = revision;
  }

  /** What isn't known to be the last change is begun anew with all tables. */
  async #again(session: ShardSessionInput, signal: AbortSignal, change: () => Promise<void>): Promise<void> {
    try {
      await change();
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      await this.#putAll(session, newestOf(error, session), signal);
      await change();
    }
  }

  #place(): { readonly after?: string } {
    return this.#after === null ? {} : { after: this.#after };
  }
}

function isOvertaken(error: unknown): error is LockstepError {
  return error instanceof LockstepError && error.code === 'STALE_SOURCE_TABLES';
}

/** The revision of the tables that made a change stale. */
function newestOf({ fields }: LockstepError, { epoch }: ShardSessionInput): string {
  const { revision } = fields;
  return revision === undefined ? epoch : String(revision);
}
