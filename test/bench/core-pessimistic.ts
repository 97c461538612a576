import { invariant } from '../../src/core/model/invariant';
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

/** How many operations a write has in the embedded store, without those of the shell. */
const OPERATIONS_PER_WRITE = 9_997;

/**
 * A rollout of one DDL over so many sources, from the first info until the lock is gone.
 * @param figure what the time for each is of: the step of an info, or of an acknowledgement
 */
export function benchPessimistic(
  sources: number,
  measuresHeap: boolean,
  figure: 'add-column' | 'acknowledge' = 'add-column',
): BenchLine {
  const feed = new Feed(!measuresHeap, OPERATIONS_PER_WRITE);
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
  let acknowledgingNs = 0n;
  for (const source of ids) acknowledgingNs += acknowledge(feed, source);
  invariant(feed.state.pessimistic.locks.size === 0, 'the rollout ends with its lock');
  const totalNs = process.hrtime.bigint() - resumed + (reported - start);
  return {
    what: `pessimistic/${figure}`,
    tables: sources,
    columns: 0,
    per_info_us: Number(figure === 'acknowledge' ? acknowledgingNs : inStepsNs) / 1_000 / sources,
    total_ms: Number(totalNs) / 1_000_000,
    heap_bytes: heap,
  };
}

function declare(feed: Feed, sources: readonly SourceId[]): void {
  const record = {
    task: TASK,
    mode: 'pessimistic',
    sources,
    declared: true,
    expected: null,
    dissent: [],
    excluded: [],
  } as const;
  feed.put(formatLockstepKey({ kind: 'task', task: TASK }), writeTaskRecord(record));
  feed.settle(step(feed.state, { kind: 'lead', nowMs: NOW_MS }));
}

/** The worker puts its operation back, done, and deletes its info, as one. How long the step of that took, in nanoseconds. */
function acknowledge(feed: Feed, source: SourceId): bigint {
  const operation = feed.state.pessimistic.entry(sourceKey(TASK, source))?.operation;
  invariant(operation?.done === false, 'everybody is told, in the order of the reports');
  const mutations = [
    {
      kind: 'put',
      key: formatDmKey({ kind: 'pessimistic-operation', task: TASK, source }),
      value: writePessimisticOperation({ ...operation, done: true }),
    },
    { kind: 'delete', key: formatDmKey({ kind: 'pessimistic-info', task: TASK, source }) },
  ] as const;
  const began = process.hrtime.bigint();
  const effects = feed.apply(mutations);
  const tookNs = process.hrtime.bigint() - began;
  feed.settle(effects);
  return tookNs;
}
