import type { Position, UpstreamEvent, UpstreamPlugin, UpstreamTableName } from '../../../sdk';

/** The database of all shards. */
const SCHEMA = 'db';

/** A source whose shards all get one more column with each rollout. Positions count statements. */
export class RolloutUpstream implements UpstreamPlugin {
  #rollouts = 0;
  #wake: () => void = () => undefined;

  /** @param shards names of the tables */
  constructor(private readonly shards: readonly string[]) {}

  /** Every shard's next DDL can be read from now on. */
  rollOut(): void {
    this.#rollouts += 1;
    this.#wake();
  }

  tables(): Promise<readonly UpstreamTableName[]> {
    return Promise.resolve(this.shards.map((table) => ({ schema: SCHEMA, table })));
  }

  /** A table of ten columns. */
  createTable({ table }: UpstreamTableName): Promise<string> {
    const types = ['VARCHAR(64)', "DECIMAL(12,2) DEFAULT '0.00'", 'DATETIME(3)', 'TEXT', 'BIGINT'];
    const others = Array.from({ length: 9 }, (_, index) => `\`c_${index}\` ${types[index % types.length] ?? 'INT'}`);
    return Promise.resolve(`CREATE TABLE \`${table}\` (\`id\` BIGINT NOT NULL PRIMARY KEY, ${others.join(', ')})`);
  }

  async *read(from: Position | null, signal: AbortSignal): AsyncGenerator<UpstreamEvent> {
    let position = typeof from === 'number' ? from : 0;
    while (!signal.aborted) {
      for (; position < this.#rollouts * this.shards.length; position += 1) yield this.#statement(position);
      yield { kind: 'idle', position };
      await this.#untilMore(position, signal);
    }
  }

  compare(a: Position, b: Position): number {
    return Number(a) - Number(b);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #statement(index: number): UpstreamEvent {
    const rollout = Math.floor(index / this.shards.length);
    const table = this.shards[index % this.shards.length] ?? '';
    const sql = `ALTER TABLE \`${table}\` ADD COLUMN \`new_${rollout}\` INT`;
    return { kind: 'ddl', position: index + 1, schema: SCHEMA, sql };
  }

  #untilMore(position: number, signal: AbortSignal): Promise<void> {
    if (position < this.#rollouts * this.shards.length || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
