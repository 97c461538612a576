import { AssertionError } from 'node:assert';
import type { Position, RowChange } from '../plugin';
import type { MemoryTable, NamedTable } from '../plugins/database';
import { compareMerged } from '../plugins/memory';
import type { RecordingDownstream } from './recording-downstream';

/**
 * The merged table is what its shards say: the same schema as each of them, exactly the rows of all of them.
 * @param nowText the time that columns with `CURRENT_TIMESTAMP` got, as MySQL writes it
 * @throws AssertionError that lists what differs
 */
export function assertMerged(shards: readonly NamedTable[], target: MemoryTable, nowText: string): void {
  refuse('the merged table differs from its shards', compareMerged(shards, target, nowText));
}

/**
 * Each coordinated DDL changed the downstream once: of all executions for one revision (with the same statement), over all
 * workers and their restarts, one at most was *done*; the others were *already done* or failed.
 * @param downstreams one recording of each worker of the task
 * @throws AssertionError that names the statements
 */
export function assertExecutedOnce(...downstreams: readonly RecordingDownstream[]): void {
  const done = new Map<string, number>();
  for (const call of downstreams.flatMap(({ calls }) => calls)) {
    if (call.kind !== 'execute' || call.result?.kind !== 'done' || call.context.revision === null) continue;
    const name = `${call.ddl} (revision ${call.context.revision})`;
    done.set(name, (done.get(name) ?? 0) + 1);
  }
  const twice = [...done].filter(([, times]) => times > 1);
  refuse(
    'executed more than once',
    twice.map(([name, times]) => `${name}: ${times} times`),
  );
}

/**
 * The rows of each shard were applied in the order of their stream, none twice but those that say `repeated`.
 * @param compare the upstream's order of positions
 * @throws AssertionError that names the rows which came too late
 */
export function assertRowsInOrder(
  downstream: RecordingDownstream,
  compare: (a: Position, b: Position) => number,
): void {
  const furthest = new Map<string, Position>();
  const late: string[] = [];
  for (const change of downstream.changes) {
    const shard = shardOf(change);
    const before = furthest.get(shard);
    const isAhead = before === undefined || compare(change.position, before) > 0;
    if (isAhead) furthest.set(shard, change.position);
    else if (!change.repeated)
      late.push(`${shard} at ${JSON.stringify(change.position)}, after ${JSON.stringify(before)}`);
  }
  refuse('rows out of their order', late);
}

function shardOf({ source, table }: RowChange): string {
  return `${source} ${table.schema}.${table.table}`;
}

function refuse(what: string, found: readonly string[]): void {
  if (found.length === 0) return;
  throw new AssertionError({
    message: `${what}:\n${found.join('\n')}`,
    actual: found,
    expected: [],
    operator: 'deepEqual',
  });
}
