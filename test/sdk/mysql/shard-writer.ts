import type { UpstreamTableName } from '../../../sdk';
import type { ServerConnection } from '../../../sdk/plugins/mysql';

/** What is written into a column of a type, from a number; columns of other types get their default. */
const VALUES: Readonly<Record<string, (number: number, length: number) => string>> = {
  tinyint: (number) => String(number % 100),
  smallint: (number) => String(number % 30_000),
  mediumint: (number) => String(number),
  int: (number) => String(number),
  bigint: (number) => String(BigInt(number) * 1_000_000_007n),
  decimal: (number) => `${number % 90}.5`,
  double: (number) => String(number / 8),
  char: (number, length) => `'${`c${number}`.slice(0, length)}'`,
  varchar: (number, length) => `'${`vä${number}`.slice(0, length)}'`,
  text: (number) => `'text ${number}'`,
  blob: (number) => `x'00ff${String(number).padStart(8, '0')}'`,
  datetime: (number) => `'2026-01-${String((number % 28) + 1).padStart(2, '0')} 10:11:12'`,
  json: (number) => `'{"n": ${number}}'`,
};

/** Writes rows into shards, whatever columns they have now. The key is `id`, different on every shard. */
export class ShardWriter {
  readonly #next = new Map<string, number>();

  /** @param base of all its keys; shards of one target need different ones */
  constructor(private readonly base = 0) {}

  /** Insert three rows, change the last but one of before, delete an older one. */
  async write(connection: ServerConnection, { schema, table }: UpstreamTableName): Promise<void> {
    const name = `\`${schema}\`.\`${table}\``;
    const first = this.#firstOf(`${schema}.${table}`);
    const columns = await connection.rows(
      `SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH FROM information_schema.COLUMNS
       WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND EXTRA NOT LIKE '%GENERATED%' ORDER BY ORDINAL_POSITION`,
      [schema, table],
    );
    const written = columns.flatMap((row) => {
      const make = VALUES[row.text('DATA_TYPE')];
      const column = row.text('COLUMN_NAME');
      if (make === undefined) return [];
      const length = row.number('CHARACTER_MAXIMUM_LENGTH');
      return [{ column, make: (number: number) => (column === 'id' ? String(number) : make(number, length)) }];
    });
    const rowOf = (number: number): string => `(${written.map(({ make }) => make(number)).join(', ')})`;
    const list = written.map(({ column }) => `\`${column}\``).join(', ');
    await connection.execute(
      `INSERT INTO ${name} (${list}) VALUES ${[first, first + 1, first + 2].map(rowOf).join(', ')}`,
    );
    const others = written.filter(({ column }) => column !== 'id');
    const set = others.map(({ column, make }) => `\`${column}\` = ${make(first + 500)}`).join(', ');
    if (set !== '') await connection.execute(`UPDATE ${name} SET ${set} WHERE id = ${first - 2}`);
    await connection.execute(`DELETE FROM ${name} WHERE id = ${first - 6}`);
  }

  /** The first number of three that no shard had before. */
  #firstOf(shard: string): number {
    if (!this.#next.has(shard)) this.#next.set(shard, this.base + (this.#next.size + 1) * 10_000);
    const first = this.#next.get(shard) ?? 0;
    this.#next.set(shard, first + 3);
    return first;
  }
}
