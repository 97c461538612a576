import { operate, until } from '../operator-requests';
import { ask } from '../plain-client';
import { PlainWorker, TARGET, lockOf, registered } from '../plain-worker';

const BEFORE =
  "CREATE TABLE t (id INT PRIMARY KEY, b VARCHAR(10) NOT NULL DEFAULT 'x', v INT, g INT AS (id + 1) STORED, UNIQUE KEY u (v))";
const ADD = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT'];

/** One lock of each kind, with everything that can be read of one, a source that is gone and one that is blocked. */
export async function makeWorld(url: string): Promise<void> {
  await makeDropped(url);
  await makeConflict(url);
  await makePessimistic(url);
  await makeForming(url);
  await makeBlocked(url);
}

/** A column that one of two tables has dropped. */
async function makeDropped(url: string): Promise<void> {
  const [one] = await optimistic(url, 'o');
  await one.report(T1, BEFORE, ['ALTER TABLE `shard_db`.`shard_table` DROP COLUMN `b`'], '1');
  await acknowledge(one);
}

/** A type that the other table doesn't join with: it waits for the other one. */
async function makeConflict(url: string): Promise<void> {
  const [one] = await optimistic(url, 'c');
  await one.report(T1, BEFORE, ['ALTER TABLE `shard_db`.`shard_table` MODIFY COLUMN `v` DATETIME'], '1');
  await until(
    () => one.pending(),
    (pending) => pending.length > 0,
  );
}

/** One source has reported, one has a group that forms, one is gone. */
async function makePessimistic(url: string): Promise<void> {
  const sources = ['s1', 's2', 's3'];
  await operate(url, 'putTask', { name: 'p', mode: 'PESSIMISTIC', sources, reason: 'a new task' });
  const [one, two, three] = await Promise.all(
    sources.map((source) => registered(url, `w${source.slice(1)}-p`, 'p', source, 'PESSIMISTIC')),
  );
  await two!.withSession('ReportShardStatus', { stage: 'running', formingGroups: [GROUP] });
  await three!.withSession('ReportShardStatus', { stage: 'failed', error: 'the downstream is full' });
  await three!.withSession('LeaveShardWorker', { forGood: false });
  await one!.reportSource(ADD, '1');
  await operate(url, 'unlock', { lockId: lockOf('p'), owner: 's2', reason: 'tried in vain' });
  const gone = '{ shardWorker(id: "w3-p") { online } }';
  await until(
    () => ask<{ online: boolean }>(url, gone),
    ({ online }) => !online,
  );
}

/** No source has reported: a group forms in one. */
async function makeForming(url: string): Promise<void> {
  const one = new PlainWorker(url, 'w1-f', 'f', 's1', 'PESSIMISTIC');
  const { worker, task, source, mode, instance } = one;
  const { session } = await one.say<{ session: { id: string; epoch: string } }>('RegisterShardWorker', {
    ...{ worker, task, source, mode, instance, ttlMs: 30_000, expectedSources: ['s1'], version: '1.2.3' },
  });
  one.session = { task, source, id: session.id, epoch: session.epoch };
  const position = { position: 'mysql-bin.000002:4', delayMs: 1_500 };
  await one.withSession('ReportShardStatus', { stage: 'running', ...position, formingGroups: [GROUP] });
}

/** A source is blocked on a lock that is gone. */
async function makeBlocked(url: string): Promise<void> {
  const one = await registered(url, 'w1-b', 'b', 's1', 'PESSIMISTIC');
  await one.withSession('ReportShardStatus', { stage: 'waiting', blockingDdls: ADD, blockingLockId: lockOf('b') });
}

const T1 = { schema: 'up', table: 't1' };
const T2 = { schema: 'up', table: 't2' };
const GROUP = { target: TARGET, ddls: ADD, firstPosition: 'mysql-bin.000001:4', synced: [T1], unsynced: [T2] };

async function optimistic(url: string, task: string): Promise<[PlainWorker, PlainWorker]> {
  const one = await registered(url, `w1-${task}`, task, 's1', 'OPTIMISTIC');
  const two = await registered(url, `w2-${task}`, task, 's2', 'OPTIMISTIC');
  await one.putTables([{ ...T1, createTable: BEFORE }]);
  await two.putTables([{ ...T2, createTable: BEFORE }]);
  return [one, two];
}

async function acknowledge(worker: PlainWorker): Promise<void> {
  const [operation] = await until(
    () => worker.pending(),
    (pending) => pending.length > 0,
  );
  await worker.acknowledge(operation!);
}
