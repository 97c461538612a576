import { pause } from '../stage';
import type { Databases, Shard } from './databases';
import { SHARDS } from './databases';

/** How long one shard's turn is, in milliseconds. */
const TURN_MS = 15;

/** Rows that an application writes into the shards of a table all the time, whatever happens to their columns. */
export class RowStream {
  readonly #written = new Map<Shard, number>();
  readonly #columns = new Map<Shard, readonly string[]>();
  readonly #stop = new AbortController();
  #failed: Error | null = null;
  #running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly databases: Databases,
    private readonly table: string,
  ) {}

  /** @param columns those that are written beside `id` */
  static start(databases: Databases, table: string, columns: readonly string[]): RowStream {
    const stream = new RowStream(databases, table);
    for (const shard of SHARDS) stream.#columns.set(shard, columns);
    stream.#running = stream.#run().catch((error: unknown) => {
      stream.#failed = error instanceof Error ? error : new Error(String(error));
    });
    return stream;
  }

  /** Change a shard: while its DDL runs nothing is written into it, and then into these columns. */
  async change(shard: Shard, ddl: string, columns: readonly string[]): Promise<void> {
    this.#columns.delete(shard);
    await this.databases.on(shard, `ALTER TABLE shop.${this.table}_${shard} ${ddl}`);
    this.#columns.set(shard, columns);
  }

  /** Write no more. @returns how many rows were written @throws what a shard refused */
  async end(): Promise<number> {
    this.#stop.abort();
    await this.#running;
    if (this.#failed !== null) throw this.#failed;
    return [...this.#written.values()].reduce((sum, rows) => sum + rows, 0);
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#stop.signal.aborted; turn += 1) {
      const shard = SHARDS[turn % SHARDS.length] ?? 1;
      const columns = this.#columns.get(shard);
      // Its columns are being changed.
      if (columns !== undefined) await this.#write(shard, columns);
      await pause(TURN_MS);
    }
  }

  /** A row comes, the one before changes, an older one goes. */
  async #write(shard: Shard, columns: readonly string[]): Promise<void> {
    const row = (this.#written.get(shard) ?? 0) + 1;
    const id = shard * 1_000_000 + row;
    const name = `shop.${this.table}_${shard}`;
    const values = columns.map(() => String(row % 100));
    await this.databases.on(
      shard,
      `INSERT INTO ${name} (id, ${columns.join(', ')}) VALUES (${id}, ${values.join(', ')})`,
      `UPDATE ${name} SET ${columns.map((column) => `${column} = ${column} + 1`).join(', ')} WHERE id = ${id - 1}`,
      `DELETE FROM ${name} WHERE id = ${id - 5} AND id % 2 = 0`,
    );
    this.#written.set(shard, row);
  }
}
