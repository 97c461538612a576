import { describe, expect, it, jest } from '@jest/globals';
import { readMetrics, samplesOf } from '../support/read-metrics';
import type { Samples } from '../support/read-metrics';
import { useServer } from '../support/use-server';
import { operate, readLock, until } from './operator-requests';
import { lockOf, registered } from './plain-worker';
import type { PlainWorker } from './plain-worker';

// A busy machine may take that long.
jest.setTimeout(60_000);

const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const TABLE = { schema: 'db', table: 't' };
const add = (type: string): string => `ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN \`c1\` ${type}`;

const server = useServer();
const read = (): Promise<Samples> => readMetrics(server.url.replace('/graphql', '/metrics'));

/** Metrics, once they are so. */
const readUntil = (isDone: (samples: Samples) => boolean): Promise<Samples> => until(read, isDone);

/** An optimistic task of two sources, each with one table. */
async function makeTask(task: string): Promise<readonly [PlainWorker, PlainWorker]> {
  const workers = [];
  for (const source of ['s1', 's2']) {
    const worker = await registered(server.url, `${task}-${source}`, task, source, 'OPTIMISTIC');
    await worker.putTables([{ ...TABLE, createTable: CREATE }]);
    workers.push(worker);
  }
  return [workers[0]!, workers[1]!];
}

describe('metrics', () => {
  it('show a lock from its first report to its end, in DM’s words and in ours', async () => {
    const [one, two] = await makeTask('m1');
    const quiet = await read();
    expect(quiet.get('dm_master_ddl_state_number{task="m1",type="Un-synced"}')).toBe(0);
    expect(quiet.get('dm_master_worker_state{worker="m1-s1"}')).toBe(2);
    expect(quiet.get('dm_master_start_leader_counter')).toBe(1);
    expect(samplesOf(quiet, 'lockstep_lock_seconds')).toEqual({});

    await one.report(TABLE, CREATE, [add('INT')], '1');
    const waiting = await readUntil(
      (samples) => samples.get('lockstep_locks{mode="optimistic",state="waiting"}') === 1,
    );
    expect(waiting.get('dm_master_ddl_state_number{task="m1",type="Un-synced"}')).toBe(1);
    expect(waiting.get('dm_master_ddl_state_number{task="m1",type="Synced"}')).toBe(0);
    const lock = `lockstep_lock_seconds_since_progress{task="m1",lock="${lockOf('m1')}",mode="optimistic",state="waiting"}`;
    expect(Object.keys(samplesOf(waiting, 'lockstep_lock_seconds'))).toEqual([lock]);

    await two.report(TABLE, CREATE, [add('INT')], '1');
    const executing = await readUntil(
      (samples) => samples.get('dm_master_ddl_state_number{task="m1",type="Synced"}') === 1,
    );
    expect(executing.get('dm_master_ddl_state_number{task="m1",type="Un-synced"}')).toBe(0);
    expect(executing.get('lockstep_locks{mode="optimistic",state="executing"}')).toBe(1);

    for (const worker of [one, two]) {
      const [operation] = await until(
        () => worker.pending(),
        (pending) => pending.length > 0,
      );
      await worker.acknowledge(operation!);
    }
    const over = await readUntil((samples) => samples.get('lockstep_events_total{event="LockResolved"}') === 1);
    expect(over.get('dm_master_ddl_state_number{task="m1",type="Synced"}')).toBe(0);
    expect(over.get('lockstep_decisions_total{mode="optimistic",stage="none"}')).toBe(2);
    expect(over.get('lockstep_store_duration_seconds_count{call="txn"}')).toBeGreaterThan(4);
    expect(over.get('lockstep_step_duration_seconds_count{event="batch"}')).toBeGreaterThan(4);
    expect(samplesOf(over, 'lockstep_lock_seconds')).toEqual({});
    expect(samplesOf(over, 'dm_master_shard_ddl_error')).toEqual({});
  });

  it('show a conflict, and what a person does about it', async () => {
    const [one, two] = await makeTask('m2');
    await one.report(TABLE, CREATE, [add('INT')], '1');
    await two.report(TABLE, CREATE, [add('VARCHAR(20)')], '1');
    const stuck = await readUntil((samples) => samples.get('lockstep_conflicts_total{task="m2"}') === 1);
    expect(stuck.get('lockstep_locks{mode="optimistic",state="conflict"}')).toBe(1);
    expect(stuck.get('lockstep_decisions_total{mode="optimistic",stage="detected"}')).toBe(1);
    expect(stuck.get('lockstep_actions_total{kind="unlock-optimistic",state="done"}')).toBe(0);

    await operate(server.url, 'unlock', {
      lockId: lockOf('m2'),
      action: 'SKIP',
      sources: ['s2'],
      reason: 'wrong type',
    });
    await operate(server.url, 'unlock', { lockId: lockOf('m2'), action: 'SKIP', sources: ['nobody'] });
    const released = await read();
    expect(released.get('lockstep_actions_total{kind="unlock-optimistic",state="done"}')).toBe(1);
    expect(released.get('lockstep_actions_total{kind="unlock-optimistic",state="failed"}')).toBe(1);
    expect(released.get('lockstep_decisions_total{mode="optimistic",stage="unlocked"}')).toBe(1);
    const told = server.logger.lines.filter(({ fields }) => 'lockId' in fields && fields.lockId === lockOf('m2'));
    expect(told).toContainEqual({
      level: 'warn',
      fields: expect.objectContaining({ event: 'ConflictDetected', task: 'm2', source: 's2', table: '`db`.`t`' }),
      message: expect.stringContaining('contradicts the other shards'),
    });
    expect(told).toContainEqual({
      level: 'info',
      fields: expect.objectContaining({
        audit: true,
        action: 'unlock-optimistic',
        reason: 'wrong type',
        state: 'done',
      }),
      message: 'action unlock-optimistic of anonymous is done',
    });
    expect(told.filter(({ level }) => level === 'debug').map(({ message }) => message)).toContain('InfoReceived');
  });

  it('show pessimistic locks, sources that are waited for while their worker is gone, and reports that differ', async () => {
    await operate(server.url, 'putTask', { name: 'm3', mode: 'PESSIMISTIC', sources: ['s1', 's2', 's3'] });
    const one = await registered(server.url, 'm3-s1', 'm3', 's1', 'PESSIMISTIC');
    const two = await registered(server.url, 'm3-s2', 'm3', 's2', 'PESSIMISTIC');
    await one.reportSource([add('INT')], '1');
    await two.reportSource([add('BIGINT')], '1');
    const waiting = await readUntil(
      (samples) => samples.get('dm_master_shard_ddl_error{task="m3",type="InfoPut - SyncLockError"}') === 1,
    );
    expect(waiting.get('lockstep_locks{mode="pessimistic",state="conflict"}')).toBe(1);
    expect(samplesOf(waiting, 'lockstep_absent_source_locks{task="m3"')).toEqual({
      'lockstep_absent_source_locks{task="m3",source="s3"}': 1,
    });
    await two.withSession('LeaveShardWorker', { forGood: false });
    const left = await readUntil((samples) => samples.get('dm_master_worker_state{worker="m3-s2"}') === 0);
    expect(Object.keys(samplesOf(left, 'lockstep_absent_source_locks{task="m3"'))).toHaveLength(2);
    await operate(server.url, 'removeMeta', { task: 'm3', force: true });
    await until(
      () => readLock(server.url, lockOf('m3')),
      (lock) => lock === null,
    );
    expect(samplesOf(await read(), 'lockstep_absent_source_locks{task="m3"')).toEqual({});
  });

  it('show locks for what was executed before, and locks that nobody goes on with', async () => {
    await operate(server.url, 'putTask', { name: 'm7', mode: 'PESSIMISTIC', sources: ['s1', 's2'] });
    const one = await registered(server.url, 'm7-s1', 'm7', 's1', 'PESSIMISTIC');
    await one.reportSource([add('INT')], '1');
    expect((await read()).get('lockstep_phantom_locks{task="m7"}')).toBeUndefined();
    const unlocked = operate(server.url, 'unlock', { lockId: lockOf('m7') });
    const [operation] = await until(
      () => one.pending(),
      (pending) => pending.length > 0,
    );
    await one.acknowledge(operation!);
    await unlocked;
    await one.withSession('LeaveShardWorker', { forGood: false });
    const two = await registered(server.url, 'm7-s2', 'm7', 's2', 'PESSIMISTIC');
    await two.reportSource([add('INT')], '1');
    const repeated = await readUntil((samples) => samples.get('lockstep_phantom_locks{task="m7"}') === 1);
    expect(repeated.get('lockstep_orphan_locks{task="m7"}')).toBeUndefined();
    await two.withSession('LeaveShardWorker', { forGood: false });
    await readUntil((samples) => samples.get('lockstep_orphan_locks{task="m7"}') === 1);
  });

  it('count subscribers while they are there', async () => {
    const [one] = await makeTask('m4');
    const subscription = await one.subscribe();
    await readUntil((samples) => samples.get('lockstep_subscribers{field="shardOperations"}') === 1);
    subscription.cut();
    await readUntil((samples) => samples.get('lockstep_subscribers{field="shardOperations"}') === 0);
  });
});
