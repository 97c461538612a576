import { parseStatement } from '../../../src/core/ddl';
import { applyStatement, buildTable } from '../../../src/core/ddl/tracker';
import { createTableText } from '../../../src/core/table/create-table';
import type { SeededRandom } from '../../../sdk/testing';

/** What the shards of one run do. */
export interface PlayedRollout {
  readonly mode: 'optimistic' | 'pessimistic';
  /** The script of each source. */
  readonly scripts: ReadonlyMap<string, string>;
}

const SOURCES = ['s1', 's2', 's3'];
const SHARDS = ['orders_0', 'orders_1', 'orders_2', 'orders_3'];

export const CREATE = `(
  id BIGINT PRIMARY KEY, a INT, w INT, note VARCHAR(20) NOT NULL DEFAULT 'none',
  d0 INT, d1 VARCHAR(9), r0 INT, KEY k_note (note))`;

/** Columns that rows are written with at first, besides their ID. */
const FIRST_COLUMNS: readonly string[] = ['a', 'w', 'd0', 'd1', 'r0'];

/** A shard that isn't there at first. */
const LATE = 'orders_4';

/** One DDL, and what it does to the columns that rows are written with. */
interface PlayedDdl {
  readonly change: string;
  readonly adds?: string;
  readonly drops?: string;
}

/** DDLs that commute: shards may run them in any order and end alike. */
const COMMUTING: readonly PlayedDdl[] = [
  { change: 'ADD COLUMN c0 INT', adds: 'c0' },
  { change: 'ADD COLUMN c1 INT NOT NULL DEFAULT 7', adds: 'c1' },
  { change: 'MODIFY COLUMN w BIGINT' },
  { change: 'ADD INDEX k_a (a)' },
  { change: 'DROP COLUMN d0', drops: 'd0' },
  { change: 'DROP COLUMN d1', drops: 'd1' },
  { change: 'DROP INDEX k_note' },
];

/** Contradicts the other shards until all have followed. */
const RENAME: PlayedDdl = { change: 'RENAME COLUMN r0 TO r1', drops: 'r0', adds: 'r1' };

/** A column that is widened as soon as it is there. */
const STAGED: readonly PlayedDdl[] = [{ change: 'ADD COLUMN y INT', adds: 'y' }, { change: 'MODIFY COLUMN y BIGINT' }];

/** Changes nothing that shards could differ in. */
const IDLE: PlayedDdl = { change: "COMMENT = 'orders of all shards'" };

/** Most shards add a number; some add a text first and correct it: a person is needed. */
const AGREED: readonly PlayedDdl[] = [{ change: 'ADD COLUMN x INT', adds: 'x' }];
const QUARRELLING: readonly PlayedDdl[] = [
  { change: 'ADD COLUMN x VARCHAR(10)', adds: 'x' },
  { change: 'MODIFY COLUMN x INT' },
];

/**
 * The scripts of three sources with four shards each. All shards end with the same schema; rows are written all the time,
 * each with an ID that no other row has.
 */
export function playRollout(random: SeededRandom): PlayedRollout {
  const mode = random.below(2) === 0 ? 'optimistic' : 'pessimistic';
  const common = random.shuffle(COMMUTING).slice(0, 1 + random.below(mode === 'optimistic' ? 5 : 3));
  const extra = random.below(4);
  const withRename = extra === 0;
  const withQuarrel = mode === 'optimistic' && extra === 1;
  let id = 0;
  const scripts = SOURCES.map((source) => {
    const shards = SHARDS.map((table) => {
      const order = mode === 'optimistic' && random.below(2) === 0 ? random.shuffle(common) : common;
      const quarrels = source === 's2' && random.below(2) === 0;
      const own = [
        ...order,
        ...(withRename ? [RENAME] : []),
        ...(withQuarrel ? (quarrels ? QUARRELLING : AGREED) : []),
        ...(extra === 2 ? STAGED : []),
        ...(extra === 3 ? [IDLE] : []),
      ];
      return new PlayedShard(table, own, random, () => (id += 1));
    });
    const lines = interleave(shards, random);
    // By DDLs of its own it would have to be renamed, contradict or be widened twice: nobody can tell that from its schema.
    const isTold = mode === 'pessimistic' || (extra === 1 && common.every(({ change }) => !change.startsWith('DROP')));
    if (isTold && random.below(3) === 0)
      comeLate(
        lines,
        lateShard(shards, () => (id += 1), random),
        random,
      );
    return [source, lines.join('\n')] as const;
  });
  return { mode, scripts: new Map(scripts) };
}

/** One shard's statements, in their order. */
class PlayedShard {
  readonly #columns: Set<string>;
  readonly #ids: number[] = [];
  readonly #waiting: PlayedDdl[];

  constructor(
    private readonly table: string,
    readonly ddls: readonly PlayedDdl[],
    private readonly random: SeededRandom,
    private readonly newId: () => number,
    private readonly start = { text: `CREATE TABLE ${table} ${CREATE}`, columns: FIRST_COLUMNS },
  ) {
    this.#columns = new Set(start.columns);
    this.#waiting = [...ddls];
  }

  /** Those that rows are written with, as they are now. */
  get columns(): readonly string[] {
    return [...this.#columns];
  }

  get isOver(): boolean {
    return this.#waiting.length === 0;
  }

  create(): string {
    return `${this.start.text};`;
  }

  /** A DDL now and then, rows otherwise. */
  next(): string {
    if (this.random.below(4) === 0) {
      const ddl = this.#waiting.shift();
      if (ddl !== undefined) return this.#alter(ddl);
    }
    return this.row();
  }

  row(): string {
    const what = this.random.below(5);
    const [known] = this.random.shuffle(this.#ids);
    if (what < 3 || known === undefined) return this.#insert();
    if (what === 3)
      return `UPDATE ${this.table} SET ${this.#column()} = ${this.random.below(100)} WHERE id = ${known};`;
    this.#ids.splice(this.#ids.indexOf(known), 1);
    return `DELETE FROM ${this.table} WHERE id = ${known};`;
  }

  #alter({ change, adds, drops }: PlayedDdl): string {
    if (drops !== undefined) this.#columns.delete(drops);
    if (adds !== undefined) this.#columns.add(adds);
    return `ALTER TABLE ${this.table} ${change};`;
  }

  #insert(): string {
    const id = this.newId();
    this.#ids.push(id);
    return `INSERT INTO ${this.table} (id, ${this.#column()}) VALUES (${id}, ${this.random.below(100)});`;
  }

  #column(): string {
    return this.random.shuffle([...this.#columns])[0] ?? 'a';
  }
}

/** The shards' statements, mixed, as one database's binlog has them. */
function interleave(shards: readonly PlayedShard[], random: SeededRandom): string[] {
  const lines = [...shards.map((shard) => shard.create()), '-- @begin', '-- @wait go'];
  for (let waiting = [...shards]; waiting.length > 0; waiting = waiting.filter(({ isOver }) => !isOver)) {
    const [shard] = random.shuffle(waiting);
    if (shard !== undefined) lines.push(shard.next());
  }
  for (const shard of shards) lines.push(shard.row());
  return lines;
}

/** A shard that is created, with the schema that all end with, while the others are on their way to that. */
function lateShard([first]: readonly PlayedShard[], newId: () => number, random: SeededRandom): PlayedShard {
  const statement = parseStatement(`CREATE TABLE ${LATE} ${CREATE}`);
  if (first === undefined || statement.kind !== 'create-table') throw new Error('there is no shard to come late to');
  const ddls = first.ddls.map(({ change }) => parseStatement(`ALTER TABLE ${LATE} ${change}`));
  const columns = createTableText(ddls.reduce(applyStatement, buildTable(statement)));
  return new PlayedShard(LATE, [], random, newId, { text: columns.replaceAll('\n', ' '), columns: first.columns });
}

/** Its creation, and rows, somewhere among the statements of the others. */
function comeLate(lines: string[], late: PlayedShard, random: SeededRandom): void {
  let at = lines.indexOf('-- @wait go') + 1 + random.below(Math.ceil(lines.length / 2));
  lines.splice(at, 0, late.create());
  for (let rows = 5; rows > 0; rows -= 1) {
    at += 1 + random.below(lines.length - at);
    lines.splice(at, 0, late.row());
  }
}
