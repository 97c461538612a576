import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { SourceId, TaskName } from '../../src/core/model/names';
import { dmPrefix } from '../../src/core/wire/dm-keys';
import type { Store } from '../../src/ports/store';
import { DmShard, sourceTablesPut } from './dm-shard';
import { subtaskPut, workerPuts } from './dm-values';
import { DmSourceWorker, DmTableWorker } from './dm-worker';

const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
const DROP = 'ALTER TABLE `shop`.`orders` DROP COLUMN `v`';
const RENAME = 'ALTER TABLE `shop`.`orders` RENAME COLUMN `v` TO `w`';

/** Resolves when nothing is stored of any lock of a task, as DM's workers see it. */
async function untilCleared(store: Store, task: TaskName): Promise<void> {
  const kinds = ['optimistic-info', 'optimistic-operation', 'pessimistic-info', 'pessimistic-operation'] as const;
  for (;;) {
    const left = await Promise.all(kinds.map((kind) => store.range(dmPrefix(kind, task))));
    if (left.every(({ values }) => values.length === 0)) return;
    await sleep(10);
  }
}

/** What a dm-master has put of a task before it went: subtasks, and a worker bound to each source. */
async function putTask(
  store: Store,
  task: TaskName,
  mode: 'optimistic' | 'pessimistic',
  sources: readonly SourceId[],
): Promise<void> {
  const puts = sources.flatMap((source) => [
    subtaskPut(task, source, mode),
    ...workerPuts(`worker-of-${task}-${source}`, source),
  ]);
  await store.txn({ compares: [], then: puts });
}

/** Rollouts by DM's workers in optimistic mode: widening, dropping, and a conflict that the others resolve. */
export async function rollOutOptimistic(store: Store, task: TaskName, sources: readonly SourceId[]): Promise<void> {
  await putTask(store, task, 'optimistic', sources);
  const workers = sources.flatMap((source) => [
    new DmTableWorker(store, new DmShard(task, source, 'orders_1')),
    new DmTableWorker(store, new DmShard(task, source, 'orders_2')),
  ]);
  for (const source of sources) {
    const [first, ...others] = workers.map(({ shard }) => shard).filter(({ table }) => table.source === source);
    if (first !== undefined) await store.txn({ compares: [], then: [sourceTablesPut([first, ...others])] });
  }
  const added = await Promise.all(workers.map((worker) => worker.execute(ADD)));
  expect(added.map(({ operation }) => [operation.stage, operation.ddls])).toEqual(workers.map(() => ['none', [ADD]]));
  const [first] = workers;
  const { source = '' } = first?.shard.table ?? {};
  // The bytes are those of DM: the order of fields, its escapes, nothing between them.
  expect(added[0]?.text).toBe(
    `{"id":"${task}-\`shop\`.\`orders\`","task":"${task}","source":"${source}","up-schema":"db","up-table":"orders_1","ddls":["${ADD}"],"conflict-stage":"none","conflict-message":"","done":false,"cols":[]}`,
  );
  await untilCleared(store, task);

  const dropped = [];
  for (const worker of workers) dropped.push((await worker.execute(DROP)).operation);
  expect(dropped.map(({ ddls, columns }) => [ddls, columns])).toEqual(
    workers.map((_, index) => [index < workers.length - 1 ? [] : [DROP], ['v']]),
  );
  await untilCleared(store, task);
}

/** The first of two tables renames a column and waits; when the other has followed, both carry it out. */
export async function rollOutConflict(store: Store, task: TaskName, source: SourceId): Promise<void> {
  await putTask(store, task, 'optimistic', [source]);
  const shards = [new DmShard(task, source, 'orders_1'), new DmShard(task, source, 'orders_2')] as const;
  await store.txn({ compares: [], then: [sourceTablesPut(shards)] });
  const [first, second] = [new DmTableWorker(store, shards[0]), new DmTableWorker(store, shards[1])];
  const skipped = await first.report([RENAME]);
  expect(skipped.operation).toMatchObject({ stage: 'skip and wait for redirect', ddls: [] });
  const redirected = first.next();
  const followed = await second.report([RENAME]);
  expect((await redirected).operation).toMatchObject({ stage: 'resolved', ddls: null, columns: null });
  expect(followed.operation).toMatchObject({ stage: 'none', ddls: [RENAME] });
  await second.acknowledge([RENAME]);
  // A redirect isn't acknowledged: its worker goes back, and reports again.
  expect((await first.execute(RENAME)).operation).toMatchObject({ stage: 'none', ddls: [RENAME] });
  await untilCleared(store, task);
}

/** A rollout by DM's workers in pessimistic mode: exactly one executes, then the others skip. */
export async function rollOutPessimistic(store: Store, task: TaskName, sources: readonly SourceId[]): Promise<void> {
  await putTask(store, task, 'pessimistic', sources);
  const workers = sources.map((source) => new DmSourceWorker(store, task, source));
  for (const ddls of [[ADD], [DROP]]) {
    const told = await Promise.all(workers.map((worker) => worker.execute(ddls)));
    expect(told.filter(({ operation }) => operation.exec)).toHaveLength(1);
    const skipped = told.find(({ operation }) => !operation.exec);
    expect(skipped?.text).toBe(
      `{"id":"${task}-\`shop\`.\`orders\`","task":"${task}","source":"${skipped?.operation.source}","ddls":["${ddls[0]}"],"exec":false,"done":false}`,
    );
    await untilCleared(store, task);
  }
}
