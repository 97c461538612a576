import { parseTaskName } from '../../src/core/model/names';
import type { UpstreamTable } from '../../src/core/model/names';
import { parseRevision } from '../../src/core/model/revision';
import { tableKey } from '../../src/core/model/table-key';
import { CoordinatorState } from '../../src/core/state/coordinator-state';
import { recover } from '../../src/core/state/recovery';
import { step } from '../../src/core/step';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { writeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import type { BenchLine } from './bench-line';
import { Feed, heapUsed, NOW_MS } from './feed';
import { infoText, shardDdls, shardsOf, sourceTablesOf } from './shard-infos';
import type { ShardDdl } from './shard-infos';

const COLUMNS = 10;
const TASK = parseTaskName('bench');

/** Which DDL the shards meet. */
export type Rollout = 'add-column' | 'all-different' | 'half-in-conflict';

/** A rollout over so many shards, from the first info until the lock is gone. */
export function benchOptimistic(rollout: Rollout, tables: number, measuresHeap: boolean): BenchLine {
  const feed = new Feed(false);
  const shards = shardsOf(tables);
  const ddls = ddlsOf(rollout, tables);
  const before = measuresHeap ? heapUsed() : 0;
  putSourceTables(feed, shards);
  const start = process.hrtime.bigint();
  let inStepsNs = 0n;
  const reporting = rollout === 'half-in-conflict' ? Math.ceil(tables / 2) : tables;
  for (const [index, shard] of shards.entries()) {
    if (index >= reporting) break;
    const key = formatDmKey({ kind: 'optimistic-info', task: TASK, table: shard });
    const text = infoText(TASK, shard, ddls(index));
    const began = process.hrtime.bigint();
    const effects = feed.put(key, text);
    inStepsNs += process.hrtime.bigint() - began;
    feed.settle(effects);
  }
  const reported = process.hrtime.bigint();
  const heap = measuresHeap ? heapUsed() - before : null;
  const resumed = process.hrtime.bigint();
  for (const shard of shards.slice(0, reporting)) acknowledge(feed, shard);
  const totalNs = process.hrtime.bigint() - resumed + (reported - start);
  return {
    what: `optimistic/${rollout}`,
    tables,
    columns: COLUMNS,
    per_info_us: Number(inStepsNs) / 1_000 / reporting,
    total_ms: Number(totalNs) / 1_000_000,
    heap_bytes: heap,
  };
}

/** Building the state from a store that holds the infos of so many shards, all answered, as a restart in a rollout finds it. */
export function benchRecovery(tables: number): BenchLine {
  const feed = new Feed(true);
  const shards = shardsOf(tables);
  const ddls = ddlsOf('add-column', tables + 1);
  putSourceTables(feed, shards);
  for (const [index, shard] of shards.entries()) {
    feed.settle(
      feed.put(formatDmKey({ kind: 'optimistic-info', task: TASK, table: shard }), infoText(TASK, shard, ddls(index))),
    );
  }
  const values = [...feed.values.values()];
  const start = process.hrtime.bigint();
  const state = new CoordinatorState({ operationsPerWrite: 1_000_000 });
  recover(state, values, parseRevision(feed.revision));
  const totalMs = Number(process.hrtime.bigint() - start) / 1_000_000;
  return {
    what: 'optimistic/recovery',
    tables,
    columns: COLUMNS,
    per_info_us: (totalMs * 1_000) / tables,
    total_ms: totalMs,
    heap_bytes: null,
  };
}

function putSourceTables(feed: Feed, shards: readonly UpstreamTable[]): void {
  for (const [key, text] of sourceTablesOf(TASK, shards)) feed.put(key, text);
  feed.settle(step(feed.state, { kind: 'lead', nowMs: NOW_MS }));
}

function ddlsOf(rollout: Rollout, tables: number): (index: number) => ShardDdl {
  const make = shardDdls(COLUMNS);
  if (rollout === 'add-column') {
    const same = make('ALTER TABLE `shop`.`orders` ADD COLUMN `note` VARCHAR(255)');
    return () => same;
  }
  if (rollout === 'half-in-conflict') {
    const same = make('ALTER TABLE `shop`.`orders` RENAME COLUMN `column_1` TO `renamed`');
    return () => same;
  }
  // Every shard has its own length; the lengths shrink, so that the join stays with the first.
  return (index) =>
    make(`ALTER TABLE \`shop\`.\`orders\` MODIFY COLUMN \`column_1\` VARCHAR(${(tables - index) % 16_000})`);
}

function acknowledge(feed: Feed, shard: UpstreamTable): void {
  const entry = feed.state.tables.get(tableKey(TASK, shard));
  if (entry?.operation == null) return;
  const key = formatDmKey({ kind: 'optimistic-operation', task: TASK, table: shard });
  const { lockId, ddls, stage, message, columns } = entry.operation;
  feed.settle(
    feed.put(
      key,
      writeOptimisticOperation({ lockId, task: TASK, table: shard, ddls, stage, message, columns, done: true }),
    ),
  );
}
