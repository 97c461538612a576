import { beforeEach, describe, expect, it } from '@jest/globals';
import { remediesOfLock } from '../../src/core/diagnosis/diagnose';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import type { SourceId } from '../../src/core/model/names';
import type { Mutation } from '../../src/core/model/store';
import { recoverObserver } from '../../src/core/observe/adopt-answers';
import { CoordinatorState } from '../../src/core/state/coordinator-state';
import { formatDmKey } from '../../src/core/wire/dm-keys';
import { writeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { writePessimisticInfo } from '../../src/core/wire/pessimistic-info';
import { writePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import { DmShard, infoPut, sourceTablesPut } from './dm-shard';
import { subtaskPut, workerPuts } from './dm-values';
import { ObservedStore } from './observed-store';

const task = parseTaskName('merge-1');
const s1 = parseSourceId('s1');
const s2 = parseSourceId('s2');
let observed: ObservedStore;

beforeEach(() => {
  observed = new ObservedStore();
});

describe('an observer of an optimistic task', () => {
  const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
  const WIDER = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` DATETIME';
  let shards: readonly [DmShard, DmShard];

  beforeEach(() => {
    shards = [new DmShard(task, s1, 'orders_1'), new DmShard(task, s2, 'orders_2')];
    for (const shard of shards) observed.write([sourceTablesPut([shard])]);
  });

  /** The master answers a shard. */
  function answer(shard: DmShard, told: Partial<Parameters<typeof writeOptimisticOperation>[0]>): void {
    const value = writeOptimisticOperation({
      ...{ lockId: shard.lockId, task, table: shard.table, ddls: [], stage: 'none', message: '', done: false },
      ...{ columns: [], ...told },
    });
    observed.write([{ kind: 'put', key: shard.operationKey, value }]);
  }

  function removal(): Mutation[] {
    return shards.flatMap(({ infoKey, operationKey }) => [
      { kind: 'delete', key: infoKey },
      { kind: 'delete', key: operationKey },
    ]);
  }

  it('tells what happens, ends its locks with DM’s, and finds nothing to differ in', () => {
    const [first, second] = shards;
    observed.write([infoPut(first, [ADD])]);
    expect(observed.takeKinds()).toEqual(['LockCreated', 'InfoReceived']);
    answer(first, { ddls: [ADD] });
    expect(observed.takeKinds()).toEqual(['OperationPut']);
    answer(first, { ddls: [ADD], done: true });
    expect(observed.takeKinds()).toEqual(['OperationDone']);
    observed.write([infoPut(second, [ADD])]);
    expect(observed.takeKinds()).toEqual(['InfoReceived', 'LockSynced']);
    answer(second, { ddls: [ADD] });
    answer(second, { ddls: [ADD], done: true });
    observed.write(removal());
    expect(observed.takeKinds()).toEqual(['OperationPut', 'OperationDone', 'LockResolved']);
    expect([observed.state.divergences, observed.state.targets.get(first.lockId)?.lock]).toEqual([0, null]);
  });

  it('tells where DM decides otherwise, counts it, and shows what DM wrote', () => {
    const [first] = shards;
    observed.write([infoPut(first, [ADD])]);
    observed.takeKinds();
    answer(first, { stage: 'detected', message: '[code=11111:class=functional] no' });
    expect(observed.events).toMatchObject([
      { kind: 'ConflictDetected', code: 'CONFLICT_DETECTED' },
      { kind: 'OperationPut', stage: 'detected' },
      {
        kind: 'Divergence',
        lockId: first.lockId,
        participant: { source: s1 },
        message: `stage would be none, and DM's are detected; DDLs would be ${ADD}, and DM's are none`,
      },
    ]);
    expect(observed.state.divergences).toBe(1);
    expect(observed.state.tables.get(first.key)).toMatchObject({ operation: { stage: 'detected' }, isAnswered: true });
  });

  it('knows a person’s unlock by dmctl, which is no difference', () => {
    const [first, second] = shards;
    observed.write([infoPut(first, [ADD])]);
    answer(first, { ddls: [ADD] });
    answer(first, { ddls: [ADD], done: true });
    observed.write([infoPut(second, [WIDER])]);
    answer(second, { stage: 'detected', message: '[code=11111:class=functional] no' });
    observed.takeKinds();
    answer(second, { stage: 'unlocked', ddls: [WIDER] });
    expect(observed.events).toMatchObject([{ kind: 'OperationPut' }, { kind: 'LockUnlocked', actionId: 'dmctl' }]);
    expect(observed.state.divergences).toBe(0);
  });

  it('tells that DM removed a lock which would have stayed here', () => {
    const [first] = shards;
    observed.write([infoPut(first, [ADD])]);
    answer(first, { ddls: [ADD] });
    observed.takeKinds();
    observed.write(removal());
    expect(observed.takeKinds()).toEqual(['Divergence', 'LockResolved']);
    expect(observed.state.targets.get(first.lockId)?.lock).toBeNull();
  });

  it('begins in the middle with what DM has answered, and judges only what comes', () => {
    const [first, second] = shards;
    observed.write([infoPut(first, [ADD])]);
    answer(first, { ddls: [] });
    observed.write([infoPut(second, [ADD])]);
    const late = new CoordinatorState({ operationsPerWrite: 1 });
    recoverObserver(late, observed.store.range(''), observed.store.revision);
    expect([late.divergences, late.outbox.size]).toEqual([0, 0]);
    expect([late.tables.get(first.key)?.isAnswered, late.tables.get(second.key)?.isAnswered]).toEqual([true, false]);
  });

  it('takes nothing for its own that a server of ours left on the store', () => {
    const [first] = shards;
    observed.write([{ kind: 'put', key: '/lockstep/task/6d657267652d31', value: 'not even JSON' }]);
    observed.write([infoPut(first, [ADD])]);
    expect([observed.state.problems.size, observed.state.tasks.size]).toEqual([0, 0]);
  });
});

describe('an observer of a pessimistic task', () => {
  const target = { schema: 'shop', table: 'orders' };
  const ddls = ['ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT'];
  const lockId = new DmShard(task, s1, 'orders_1').lockId;
  const infoKey = (source: SourceId): string => formatDmKey({ kind: 'pessimistic-info', task, source });
  const operationKey = (source: SourceId): string => formatDmKey({ kind: 'pessimistic-operation', task, source });
  const info = (source: SourceId, reported = ddls): Mutation => ({
    kind: 'put',
    key: infoKey(source),
    value: writePessimisticInfo({ task, source, target, ddls: reported }),
  });
  const operation = (source: SourceId, exec: boolean, done: boolean): Mutation => ({
    kind: 'put',
    key: operationKey(source),
    value: writePessimisticOperation({ lockId, task, source, ddls, exec, done }),
  });

  beforeEach(() => {
    observed.write([subtaskPut(task, s1, 'pessimistic'), subtaskPut(task, s2, 'pessimistic')]);
    observed.takeKinds();
  });

  it('tells what happens, and ends its locks with DM’s', () => {
    observed.write([info(s1)]);
    expect(observed.takeKinds()).toEqual(['LockCreated', 'InfoReceived']);
    // Whoever wants to help asks the dm-master.
    const commands = remediesOfLock(observed.state, lockId).map(({ command }) => command);
    expect(commands).toContain(`dmctl shard-ddl-lock unlock 'merge-1-\`shop\`.\`orders\`'`);
    expect(commands.filter((command) => !command.startsWith('dmctl '))).toEqual([]);
    observed.write([info(s2)]);
    expect(observed.takeKinds()).toEqual(['InfoReceived', 'LockSynced']);
    observed.write([operation(s1, true, false)]);
    observed.write([operation(s1, true, true), { kind: 'delete', key: infoKey(s1) }]);
    observed.write([operation(s2, false, false)]);
    observed.write([operation(s2, false, true), { kind: 'delete', key: infoKey(s2) }]);
    expect(observed.takeKinds()).toEqual(['OperationPut', 'OperationDone', 'OperationPut', 'OperationDone']);
    observed.write([
      { kind: 'delete', key: operationKey(s1) },
      { kind: 'delete', key: operationKey(s2) },
    ]);
    expect(observed.takeKinds()).toEqual(['LockResolved']);
    expect([observed.state.divergences, observed.state.pessimistic.locks.size]).toEqual([0, 0]);
  });

  it('tells of other DDLs, of orders that would not be given here, and of a lock that is let go by hand', () => {
    observed.write([info(s1)]);
    observed.write([info(s2, ['ALTER TABLE `shop`.`orders` ADD COLUMN `d` INT'])]);
    observed.takeKinds();
    observed.write([operation(s1, true, false)]);
    expect(observed.events).toMatchObject([{ kind: 'OperationPut', exec: true }, { kind: 'Divergence' }]);
    expect(observed.state.divergences).toBe(1);
    observed.takeKinds();
    observed.write(
      [s1, s2].flatMap((source) => [infoKey(source), operationKey(source)]).map((key) => ({ kind: 'delete', key })),
    );
    expect(observed.events).toMatchObject([{ kind: 'LockUnlocked', actionId: 'dmctl' }]);
  });
});

describe('DM’s workers', () => {
  it('come when they are bound, alive and have a subtask, and go with their lease', () => {
    observed.write([subtaskPut(task, s1, 'optimistic')]);
    observed.write(workerPuts('worker-1', s1));
    expect(observed.events).toEqual([{ kind: 'WorkerOnline', task, source: s1, worker: 'worker-1' }]);
    observed.takeKinds();
    observed.write([{ kind: 'delete', key: formatDmKey({ kind: 'alive-worker', worker: 'worker-1' }) }]);
    expect(observed.events).toEqual([{ kind: 'WorkerOffline', task, source: s1, worker: 'worker-1' }]);
    expect(observed.state.dmWorkers.ofSource(s1)).toEqual({ name: 'worker-1', isAlive: false, joinedAt: null });
  });
});
