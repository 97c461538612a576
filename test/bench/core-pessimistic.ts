import { parseDownstreamTable, parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { SourceId } from '../../src/core/model/names';
import { sourceKey } from '../../src/core/model/table-key';
import { step } from '../../src/core/step';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { formatLockstepKey } from '../../src/core/wire/lockstep-keys';
import { writePessimisticInfo } from '../../src/core/wire/pessimistic-info';
import { writePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import { writeTaskRecord } from '../../src/core/wire/task-record';
import type { BenchLine } from './bench-line';
import { Feed, heapUsed, NOW_MS } from './feed';

const TASK = parseTaskName('bench');
const TARGET = parseDownstreamTable('shop', 'orders');
const DDLS = ['ALTER TABLE `shop`.`orders` ADD COLUMN `note` VARCHAR(255)'];

/** A rollout of one DDL over so many sources, from the first info until the lock is gone. */
export function benchPessimistic(sources: number, measuresHeap: boolean): BenchLine {
  const feed = new Feed(false);
  const ids = Array.from({ length: sources }, (_, index) => parseSourceId(`mysql-replica-${index}`));
  const before = measuresHeap ? heapUsed() : 0;
  declare(feed, ids);
  const start = process.hrtime.bigint();
  let inStepsNs = 0n;
  for (const source of ids) {
    const key = formatDmKey({ kind: 'pessimistic-info', task: TASK, source });
    const value = writePessimisticInfo({ task: TASK, source, target: TARGET, ddls: DDLS });
    const began = process.hrtime.bigint();
    const effects = feed.put(key, value);
    inStepsNs += process.hrtime.bigint() - began;
    feed.settle(effects);
  }
  const reported = process.hrtime.bigint();
  const heap = measuresHeap ? heapUsed() - before : null;
  const resumed = process.hrtime.bigint();
  for (const source of ids) acknowledge(feed, source);
  const totalNs = process.hrtime.bigint() - resumed + (reported - start);
  return {
    what: 'pessimistic/add-column',
    tables: sources,
    columns: 0,
    per_info_us: Number(inStepsNs) / 1_000 / sources,
    total_ms: Number(totalNs) / 1_000_000,
    heap_bytes: heap,
  };
}

function declare(feed: Feed, sources: readonly SourceId[]): void {
  const record = { task: TASK, mode: 'pessimistic', sources, declared: true, expected: null, excluded: [] } as const;
  feed.put(formatLockstepKey({ kind: 'task', task: TASK }), writeTaskRecord(record));
  feed.settle(step(feed.state, { kind: 'lead', nowMs: NOW_MS }));
}

/** The worker puts its operation back, done, and deletes its info, as one. */
function acknowledge(feed: Feed, source: SourceId): void {
  const operation = feed.state.pessimistic.entry(sourceKey(TASK, source))?.operation;
  if (operation == null) return;
  feed.settle(
    feed.apply([
      {
        kind: 'put',
        key: formatDmKey({ kind: 'pessimistic-operation', task: TASK, source }),
        value: writePessimisticOperation({ ...operation, done: true }),
      },
      { kind: 'delete', key: formatDmKey({ kind: 'pessimistic-info', task: TASK, source }) },
    ]),
  );
}
