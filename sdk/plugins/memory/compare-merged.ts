import { differences } from '../../../src/core/table/differences';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { textOf } from '../database';
import type { MemoryTable, NamedTable } from '../database';

/** At most so many differences are told. */
const MOST = 20;

/**
 * Whether a merged table is what its shards say, once all of them agree: the same schema as each shard, and exactly the
 * rows of all of them. What differs, in words; empty: nothing.
 */
export function compareMerged(shards: readonly NamedTable[], target: MemoryTable, nowText: string): string[] {
  const found: string[] = [];
  const wanted = new Map<string, number>();
  for (const { schema, table, content } of shards) {
    found.push(...schemaDifferences(`${schema}.${table}`, content.schema, target.schema));
    for (const row of content.rows) count(wanted, textOf(target.complete(row, nowText)), 1);
  }
  for (const row of target.rows) count(wanted, textOf(row), -1);
  for (const [row, times] of wanted) {
    if (times > 0) found.push(`downstream lacks the row ${row}`);
    if (times < 0) found.push(`downstream has a row that no shard has: ${row}`);
  }
  return found.slice(0, MOST);
}

function schemaDifferences(shard: string, from: TableSchema, to: TableSchema): string[] {
  return differences(from, to).map(
    ({ kind, name, property, from: here, to: there }) =>
      `${kind} ${name} of ${shard}: ${property} is ${here ?? 'missing'}, downstream ${there ?? 'missing'}`,
  );
}

function count(counts: Map<string, number>, text: string, by: number): void {
  counts.set(text, (counts.get(text) ?? 0) + by);
}
