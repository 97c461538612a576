import type { SeededRandom } from '../../../support/seeded-random';

/** A shard gets no further ahead of the last one than so many DDLs. */
const MOST_AHEAD = 3;

/** DDLs of one table that fit each other in whatever order of shards: each shard executes all, one after the other. */
export class RandomRollout {
  readonly #ddls: string[] = [];
  readonly #done: number[];
  /** Columns that may go: all shards have them. */
  readonly #columns: { readonly name: string; readonly since: number }[] = [];
  readonly #indexes: { readonly name: string; readonly since: number }[] = [];

  constructor(
    shards: number,
    private readonly random: SeededRandom,
  ) {
    this.#done = Array.from({ length: shards }, () => 0);
  }

  /** How many DDLs all shards together have executed. */
  get executed(): number {
    return this.#done.reduce((sum, done) => sum + done, 0);
  }

  /** The next DDL of a shard, perhaps a new one; null: it is far enough ahead. */
  next(shard: number): string | null {
    const done = this.#done[shard] ?? 0;
    if (done - Math.min(...this.#done) >= MOST_AHEAD) return null;
    if (done === this.#ddls.length) this.#ddls.push(this.#make());
    return this.#ddls[done] ?? null;
  }

  /** The next DDL that other shards have executed already; null: it has executed all. */
  rest(shard: number): string | null {
    return this.#ddls[this.#done[shard] ?? 0] ?? null;
  }

  /** A shard has executed its next DDL. */
  executedBy(shard: number): void {
    this.#done[shard] = (this.#done[shard] ?? 0) + 1;
  }

  #make(): string {
    const { random } = this;
    const number = this.#ddls.length;
    const settled = Math.min(...this.#done);
    const column = this.#columns.find(({ since }) => since < settled);
    const index = this.#indexes.find(({ since }) => since < settled);
    switch (random.below(6)) {
      case 0:
        if (column === undefined) break;
        this.#columns.splice(this.#columns.indexOf(column), 1);
        return `DROP COLUMN ${column.name}`;
      case 1:
        if (index === undefined) break;
        this.#indexes.splice(this.#indexes.indexOf(index), 1);
        return `DROP INDEX ${index.name}`;
      case 2:
        this.#indexes.push({ name: `k${number}`, since: number });
        return `ADD INDEX k${number} (a, b(${(number % 9) + 1}))`;
      case 3:
        return `MODIFY COLUMN b VARCHAR(${20 + number})`;
      case 4:
        this.#columns.push({ name: `c${number}`, since: number });
        return `ADD COLUMN c${number} VARCHAR(12) DEFAULT 'n${number}' AFTER id, ADD COLUMN d${number} INT`;
      default:
        break;
    }
    this.#columns.push({ name: `c${number}`, since: number });
    return `ADD COLUMN c${number} ${random.pick(['INT DEFAULT 7', 'DECIMAL(9,2)', 'TEXT', 'BIGINT', 'DATETIME'])}`;
  }
}
