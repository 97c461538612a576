import { expect, it } from '@jest/globals';
import { remediesOfLock } from '../../src/core/diagnosis/diagnose';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { TaskName } from '../../src/core/model/names';
import { planAskAction } from '../../src/core/request/ask-action';
import { recover } from '../../src/core/state/recovery';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { decodeOptimisticOperation, encodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { writeTableInfo } from '../../src/core/wire/table-info';
import { SimulatedCoordinator } from '../support/simulated-coordinator';
import type { ReadSchemas } from '../support/simulated-coordinator';
import { SimulatedStore } from '../support/simulated-store';
import { DmShard, infoPut, sourceTablesPut } from './dm-shard';
import { subtaskPut } from './dm-values';

const task = parseTaskName('merge-1');
const source = parseSourceId('s1');
const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
const NEXT = 'ALTER TABLE `shop`.`orders` ADD COLUMN `d` INT';

/** Tables of DM's: the third is made after a DDL, and one of the others meets that DDL once more. */
class DmTask {
  readonly coordinator: SimulatedCoordinator;
  readonly first = new DmShard(task, source, 'orders_1');
  readonly second = new DmShard(task, source, 'orders_2');
  readonly third = new DmShard(task, source, 'orders_3');

  constructor(downstream: 'none' | 'reading') {
    const read: ReadSchemas = () =>
      new Map([this.first, this.second, this.third].map(({ key, schema }) => [key, writeTableInfo(schema)]));
    const downstreams = new Map<TaskName, ReadSchemas>(downstream === 'none' ? [] : [[task, read]]);
    this.coordinator = new SimulatedCoordinator(new SimulatedStore(), { recover, downstreams });
    this.coordinator.lead();
    this.start([this.first, this.second]);
    this.meet(this.first);
    this.meet(this.second);
    expect(this.isWaiting).toBeNull();
    this.start([this.first, this.second, this.third]);
  }

  /** The worker puts its tables, without schemas. */
  start(shards: readonly [DmShard, ...DmShard[]]): void {
    this.coordinator.change([subtaskPut(task, source, 'optimistic')]);
    this.coordinator.change([sourceTablesPut(shards)]);
  }

  /** A table meets a DDL and executes what it is told. */
  meet(shard: DmShard, ddl = ADD): void {
    this.coordinator.change([infoPut(shard, [ddl])]);
    shard.schema = shard.after([ddl])[0] ?? shard.schema;
    const value = this.coordinator.store.get(shard.operationKey)?.value ?? '';
    const done = encodeOptimisticOperation({ ...decodeOptimisticOperation(value), done: true });
    this.coordinator.change([{ kind: 'put', key: shard.operationKey, value: done }]);
  }

  /** The worker ended before it stored how far the first table was. */
  repeat(): void {
    this.first.schema = new DmShard(task, source, 'orders_1').schema;
    this.meet(this.first);
  }

  /** The task is stopped: its tables stay. */
  stop(): void {
    this.coordinator.change([{ kind: 'delete', key: formatDmKey({ kind: 'subtask', source, task }) }]);
  }

  /** What a person does who follows the advice to begin again, once the task is stopped. */
  beginAgain(): void {
    const { state, nowMs } = this.coordinator;
    const input = { kind: 'remove-meta', task, sources: [], force: false } as const;
    const planned = planAskAction(state, { id: 'remove', input, actor: 'a', reason: '', nowMs });
    if (planned.kind !== 'write') throw new Error('expected an action');
    this.coordinator.change(planned.mutations, planned.compares);
    expect(state.actions.get('remove')?.result?.failure).toBeNull();
    this.start([this.first, this.second, this.third]);
  }

  /** Whether the lock waits for tables; null: there is none. */
  get isWaiting(): boolean | null {
    const held = this.coordinator.state.targets.get(this.first.lockId)?.lock ?? null;
    return held === null ? null : !held.lock.synced;
  }

  /** The advice to begin again, if it is given. */
  get advice(): { readonly sentence: string; readonly effect: string } | undefined {
    return remediesOfLock(this.coordinator.state, this.first.lockId).find(({ kind }) => kind === 'begin-again');
  }
}

it('where schemas are not read, the advice says that a phantom lock comes back, and ends with each table’s next DDL', () => {
  const dm = new DmTask('none');
  dm.third.schema = dm.second.schema;
  dm.repeat();
  expect(dm.advice?.sentence).toMatch(
    /ends by itself when each table has met its next DDL\. DM's workers put tables without schemas/u,
  );
  dm.stop();
  expect(dm.advice?.effect).toMatch(/without schemas.*such a lock comes back with the next report\.$/u);
  dm.beginAgain();
  dm.repeat();
  expect(dm.isWaiting).toBe(true);
  for (const shard of [dm.second, dm.third, dm.first]) dm.meet(shard, NEXT);
  expect(dm.isWaiting).toBeNull();
});

it('where schemas are read from the checkpoints, the advice is to begin again, and then nothing is waited for', () => {
  const dm = new DmTask('reading');
  dm.repeat();
  expect(dm.advice?.sentence).toMatch(/Stop the workers of task merge-1, remove what is stored of it, and start/u);
  expect(dm.advice?.effect).toMatch(/are read from their checkpoints\.$/u);
  dm.stop();
  // Its checkpoint was older than what its worker had executed.
  dm.third.schema = dm.second.schema;
  dm.beginAgain();
  dm.repeat();
  expect(dm.isWaiting).toBe(false);
});
