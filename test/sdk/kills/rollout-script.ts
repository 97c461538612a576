import { parseScript } from '../../../sdk/plugins/script/script-text';

/** A source of a task, and the numbers of its shards. */
export interface SourcePlan {
  readonly task: string;
  readonly mode: 'optimistic' | 'pessimistic';
  readonly source: string;
  /** All sources of the task: a barrier falls only when they are known. */
  readonly expectedSources: readonly string[];
  readonly shards: readonly number[];
}

/** What a round does to one column: it comes, becomes wider, or goes; in whatever order shards do so, they end alike. */
type ChangeKind = 'add' | 'widen' | 'drop';
const KINDS: readonly ChangeKind[] = ['add', 'widen', 'drop'];

/** More than an INT can hold. */
const WIDE = 3_000_000_000;

/** What the shards and their target have before the first of so many rounds. */
export function createdColumns(rounds: number): string {
  const columns = Array.from({ length: rounds }, (_, round) => (kindOf(round) === 'add' ? [] : [`c${round} INT`]));
  return `(${['id BIGINT PRIMARY KEY', ...columns.flat()].join(', ')})`;
}

/** The gate at which a source waits before a round. */
export function gateOf(round: number): string {
  return `round_${round}`;
}

/** What a round changes. */
export function changeOf(round: number): string {
  const changes: Record<ChangeKind, string> = {
    add: `ADD COLUMN \`c${round}\` INT`,
    widen: `MODIFY COLUMN \`c${round}\` BIGINT`,
    drop: `DROP COLUMN \`c${round}\``,
  };
  return changes[kindOf(round)];
}

/**
 * The script of a source: in each round every shard changes a column, and gets rows before and behind that use it as it
 * is there, so a DDL that is carried out too early or too late meets rows that don't fit.
 */
export function scriptOf({ shards }: SourcePlan, rounds: number): string {
  const creates = shards.map((shard) => `CREATE TABLE orders_${shard} ${createdColumns(rounds)};`);
  const lines = Array.from({ length: rounds }, (_, round) => [
    `-- @wait ${gateOf(round)}`,
    ...shards.flatMap((shard) => shardLines(shard, round)),
  ]);
  return [...creates, '-- @begin', ...lines.flat()].join('\n');
}

function shardLines(shard: number, round: number): readonly string[] {
  const [first, second] = [shard * 1_000 + 2 * round, shard * 1_000 + 2 * round + 1];
  const alter = `ALTER TABLE orders_${shard} ${changeOf(round)};`;
  const insert = (id: number, value: number | null): string =>
    value === null
      ? `INSERT INTO orders_${shard} (id) VALUES (${id});`
      : `INSERT INTO orders_${shard} (id, c${round}) VALUES (${id}, ${value});`;
  switch (kindOf(round)) {
    case 'add':
      return [insert(first, null), alter, insert(second, round)];
    case 'widen':
      return [insert(first, round), alter, insert(second, WIDE)];
    case 'drop':
      return [insert(first, round), alter, insert(second, null)];
  }
}

/** The position behind all rounds. */
export function endOf(plan: SourcePlan, rounds: number): number {
  return parseScript(scriptOf(plan, rounds)).length;
}

function kindOf(round: number): ChangeKind {
  return KINDS[round % KINDS.length] ?? 'add';
}
