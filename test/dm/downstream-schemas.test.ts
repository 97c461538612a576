import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryStore } from '../../src/adapters/memory/memory-store';
import { SystemClock } from '../../src/adapters/system/system-clock';
import { Coordinator } from '../../src/coordinator/coordinator';
import { problemsOf } from '../../src/core/diagnosis/problems';
import { parseSourceId, parseTaskName } from '../../src/core/model/names';
import { formatLockstepKey, lockstepPrefix } from '../../src/core/wire/lockstep-keys';
import { writeTableInfo } from '../../src/core/wire/table-info';
import type { DownstreamMetadata } from '../../src/ports/downstream-metadata';
import { SilentLogger } from '../support/silent-logger';
import { DmShard, sourceTablesPut } from './dm-shard';
import { DmTableWorker } from './dm-worker';
import { ScriptedDownstream } from './scripted-downstream';

const task = parseTaskName('merge-1');
const source = parseSourceId('s1');
const DROP = 'ALTER TABLE `shop`.`orders` DROP COLUMN `v`';
const WITHOUT_V = 'CREATE TABLE t (id INT PRIMARY KEY)';

const clock = new SystemClock();
const running: Coordinator[] = [];
let store: MemoryStore;
let downstream: ScriptedDownstream;
let shards: readonly [DmShard, DmShard];

beforeEach(async () => {
  store = new MemoryStore(clock);
  downstream = new ScriptedDownstream([task]);
  // The second shard has lost the column before anything was reported.
  shards = [new DmShard(task, source, 'orders_1'), new DmShard(task, source, 'orders_2', WITHOUT_V)];
  for (const shard of shards) downstream.infos.set(shard.key, writeTableInfo(shard.schema));
  await store.txn({ compares: [], then: [sourceTablesPut(shards)] });
});

afterEach(async () => {
  for (const coordinator of running.splice(0)) await coordinator.stop();
  await store.close();
});

async function start(configured: DownstreamMetadata | null = downstream): Promise<Coordinator> {
  const parts = { store, clock, logger: new SilentLogger() };
  const coordinator = await Coordinator.start({ ...parts, ...(configured === null ? {} : { downstream: configured }) });
  running.push(coordinator);
  return coordinator;
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries += 1) {
    if (tries > 1_000) throw new Error('it never came to be');
    await sleep(10);
  }
}

describe('a task whose downstream is configured', () => {
  it('begins its locks with the schemas of the checkpoints', async () => {
    await start();
    const told = await new DmTableWorker(store, shards[0]).report([DROP]);
    // Nobody else has the column, so its drop is executed; without the checkpoint the other shard would seem to have it.
    expect(told.operation).toMatchObject({ ddls: [DROP], columns: ['v'] });
    expect(downstream.asked.map(({ table }) => table).sort()).toEqual(['orders_1', 'orders_2']);
  });

  it('gives a table without a checkpoint the schema with which the lock begins', async () => {
    downstream.infos.clear();
    await start();
    const told = await new DmTableWorker(store, shards[0]).report([DROP]);
    expect(told.operation).toMatchObject({ ddls: [], columns: ['v'] });
    const { values } = await store.range(lockstepPrefix('initial-schema'));
    expect(values).toHaveLength(2);
  });

  it('holds reports, visibly, while the downstream can’t be read, over a restart too', async () => {
    downstream.broken = true;
    const first = await start();
    const reported = new DmTableWorker(store, shards[0]).report([DROP]);
    await until(() => first.state.downstream.failures.size > 0);
    expect(problemsOf(first.state)).toMatchObject([
      { kind: 'unanswered-info', lockId: shards[0].lockId, sentence: expect.stringContaining('nobody answers') },
    ]);
    expect(first.state.targets.get(shards[0].lockId)?.lock).toBeNull();
    await first.stop();
    downstream.broken = false;
    await start();
    expect((await reported).operation).toMatchObject({ ddls: [DROP] });
  });

  it('holds reports, visibly, while a checkpoint holds no schema that can be read', async () => {
    downstream.infos.set(shards[1].key, '{"name":7}');
    const coordinator = await start();
    const reported = new DmTableWorker(store, shards[0]).report([DROP]);
    await until(() => coordinator.state.downstream.failures.size > 0);
    expect(problemsOf(coordinator.state)).toMatchObject([
      { kind: 'unanswered-info', sentence: expect.stringContaining('checkpoint of `db`.`orders_2` in s1: name') },
    ]);
    // Nothing was recorded that nobody can read.
    expect((await store.range(lockstepPrefix('initial-schema'))).values).toEqual([]);
    downstream.infos.set(shards[1].key, writeTableInfo(shards[1].schema));
    expect((await reported).operation).toMatchObject({ ddls: [DROP] });
  });

  it('reads the schema of a table that comes into a lock', async () => {
    const coordinator = await start();
    await new DmTableWorker(store, shards[0]).report([DROP]);
    const late = new DmShard(task, source, 'orders_3', WITHOUT_V);
    downstream.infos.set(late.key, writeTableInfo(late.schema));
    await store.txn({ compares: [], then: [sourceTablesPut([...shards, late])] });
    const second = await new DmTableWorker(store, shards[0]).report(['ALTER TABLE `shop`.`orders` ADD COLUMN `d` INT']);
    expect(second.operation.stage).toBe('none');
    const [member, other] = [late, shards[1]].map(({ key }) => coordinator.state.tables.get(key)?.member?.normal);
    expect(member).toBe(other);
  });

  it('is read no more when a server leads that can’t read it: what waits is decided without', async () => {
    downstream.broken = true;
    const first = await start();
    const reported = new DmTableWorker(store, shards[0]).report([DROP]);
    await until(() => first.state.downstream.failures.size > 0);
    expect(await store.get(formatLockstepKey({ kind: 'downstream', task }))).not.toBeNull();
    await first.stop();
    await start(null);
    expect((await reported).operation).toMatchObject({ ddls: [], columns: ['v'] });
    expect(await store.get(formatLockstepKey({ kind: 'downstream', task }))).toBeNull();
  });

  it('reads anew for each lock', async () => {
    await start();
    const workers = shards.map((shard) => new DmTableWorker(store, shard));
    const COMMENT = "ALTER TABLE `shop`.`orders` COMMENT = 'x'";
    await workers[0]?.execute(DROP);
    await workers[1]?.execute(COMMENT);
    while ((await store.range(lockstepPrefix('lock'))).values.length > 0) await sleep(10);
    expect((await store.range(lockstepPrefix('initial-schema'))).values).toEqual([]);
    downstream.asked.length = 0;
    await workers[0]?.execute('ALTER TABLE `shop`.`orders` ADD COLUMN `d` INT');
    expect(downstream.asked).toHaveLength(2);
  });
});
