import { beforeAll, describe, expect, it } from '@jest/globals';
import { startServer } from '../../../src/server';
import { useServer } from '../../support/use-server';
import { ask } from '../plain-client';
import type { JsonObject, PlainSubscription } from '../plain-client';
import { PlainWorker, TARGET, lockOf } from '../plain-worker';
import type { Operation } from '../plain-worker';

const server = useServer();

const LOCK =
  'query ($id: ID!) { shardLock(id: $id) { id state syncedCount unsyncedCount joinedSchema { createTable } } }';
const lock = (task: string): Promise<unknown> => ask<unknown>(server.url, LOCK, { id: lockOf(task) });
const untilGone = async (task: string): Promise<void> => {
  for (let tries = 0; (await lock(task)) !== null; tries += 1) {
    if (tries > 100) throw new Error('the lock stays');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('a worker in optimistic mode, by schema/PROTOCOL.md', () => {
  const CREATE = 'CREATE TABLE `t1` (`id` INT NOT NULL PRIMARY KEY)';
  const DDL = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c1` INT';
  const T1 = { schema: 'db', table: 't1' };
  const T2 = { schema: 'db', table: 't2' };
  const worker = (source = 's1', name = `w-${source}`): PlainWorker =>
    new PlainWorker(server.url, name, 'opt', source, 'OPTIMISTIC');
  let one: PlainWorker;
  let stale: PlainWorker;
  let feed: PlainSubscription;
  let reported: string;
  let operation: Operation;

  beforeAll(() => {
    one = worker();
    stale = worker();
  });

  it('2.1 registers', async () => {
    expect(await stale.register()).toMatchObject({
      __typename: 'ShardRegisterWorkerSuccess',
      session: { taskName: 'opt', sourceId: 's1', workerId: 'w-s1' },
    });
  });

  it('2.3 takes its own session over, and keeps it when it registers again; another worker does not, nor one in another mode', async () => {
    expect(await one.register()).toMatchObject({ __typename: 'ShardRegisterWorkerSuccess' });
    expect(await stale.withSession('RenewShardWorker', {})).toMatchObject({
      code: 'STALE_SESSION',
      details: expect.arrayContaining([{ name: 'takenOver', value: 'true' }]),
    });
    const { session } = one;
    expect(await one.register()).toMatchObject({ session: { id: session.id } });
    expect(await worker('s1', 'other').register()).toMatchObject({ code: 'SOURCE_TAKEN', retryable: true });
    const pessimist = new PlainWorker(server.url, 'w', 'opt', 's2', 'PESSIMISTIC');
    expect(await pessimist.register()).toMatchObject({ code: 'TASK_MODE_CONFLICT' });
  });

  it('2.4 renews', async () => {
    expect(await one.withSession('RenewShardWorker', {})).toMatchObject({ session: { id: one.session.id } });
  });

  it('3.1 puts its tables, as often as it likes; 2.5 an old session puts none', async () => {
    const tables = [T1, T2].map((table) => ({ ...table, createTable: CREATE }));
    expect(await one.putTables(tables)).toMatchObject({ __typename: 'ShardPutSourceTablesSuccess' });
    expect(await one.putTables(tables)).toMatchObject({ __typename: 'ShardPutSourceTablesSuccess' });
    expect(await stale.putTables([])).toMatchObject({ code: 'STALE_SESSION' });
    const query =
      '{ shardSource(id: "s1") { upstreamTables(task: "opt") { nodes { schema table target { schema table } } } } }';
    expect(await ask(server.url, query)).toEqual({
      upstreamTables: {
        nodes: [
          { ...T1, target: TARGET },
          { ...T2, target: TARGET },
        ],
      },
    });
  });

  it('3.2 subscribes: nothing is undone', async () => {
    feed = await one.subscribe();
    expect(await one.pending()).toEqual([]);
  });

  it('4.5 a DDL that does not parse is refused and stores nothing', async () => {
    expect(await one.report(T1, CREATE, ['ALTER TABLE `shard_db`.`shard_table` ADD ADD c1'], 'bad')).toMatchObject({
      code: 'DDL_SYNTAX',
    });
    expect(await lock('opt')).toBeNull();
  });

  it('4.1 to 4.3 and 8.4 reports a DDL and gets the operation that answers it, by subscription and by poll', async () => {
    const answer = await one.report(T1, CREATE, [DDL], 'a1');
    expect(answer).toMatchObject({ __typename: 'ShardReportInfoSuccess', lockId: lockOf('opt'), repeated: false });
    reported = answer.revision;
    operation = await feed.next<Operation>();
    expect(operation).toMatchObject({
      upstreamTable: T1,
      ddls: [DDL],
      conflictStage: 'NONE',
      exec: null,
      lockId: lockOf('opt'),
    });
    expect(BigInt(operation.revision)).toBeGreaterThan(BigInt(reported));
    expect(await one.pending()).toEqual([operation]);
    expect(await lock('opt')).toMatchObject({ state: 'WAITING', syncedCount: 1, unsyncedCount: 1 });
  });

  it('4.2 and 4.4 a repeated report writes nothing; another under its attempt is refused', async () => {
    expect(await one.report(T1, CREATE, [DDL], 'a1')).toMatchObject({ repeated: true, revision: reported });
    const other = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT';
    expect(await one.report(T1, CREATE, [other], 'a1')).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('3.3 a cut socket loses nothing: what is undone comes again, unless `after` leaves it out', async () => {
    feed.cut();
    feed = await one.subscribe();
    expect(await feed.next<Operation>()).toEqual(operation);
    const later = await one.subscribe(operation.revision);
    await expect(later.next(300)).rejects.toThrow('nothing came');
    later.close();
  });

  it('6.5 says that it could not execute, and goes on trying', async () => {
    const { revision, upstreamTable: table } = operation;
    const failed = { table, revision, reason: 'downstream is away', retryable: true };
    expect(await one.withSession('FailShardOperation', failed)).toMatchObject({ revision });
    expect(await one.withSession('FailShardOperation', { ...failed, revision: '1' })).toMatchObject({
      code: 'OPERATION_NOT_FOUND',
    });
  });

  it('6.6 says that it still executes', async () => {
    const { revision, upstreamTable: table } = operation;
    expect(await one.withSession('ExtendShardOperation', { table, revision })).toMatchObject({ revision });
    expect(await one.withSession('ExtendShardOperation', { table, revision: '1' })).toMatchObject({
      code: 'OPERATION_NOT_FOUND',
    });
  });

  it('6.1 and 6.2 acknowledges, and again; 6.3 an old one is answered by the newer', async () => {
    expect(await one.acknowledge(operation)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    expect(await one.acknowledge(operation)).toMatchObject({ outcome: 'ALREADY_ACKNOWLEDGED' });
    expect(await one.acknowledge({ ...operation, revision: '1' })).toMatchObject({
      __typename: 'ShardStaleOperation',
      operation: { id: operation.id },
    });
    expect(await one.pending()).toEqual([]);
  });

  it('4.6 the second table has nothing to widen; after its acknowledgement the lock is gone, and 6.2 says so', async () => {
    await one.report(T2, CREATE, [DDL], 'a2');
    const second = await feed.next<Operation>();
    expect(second).toMatchObject({ upstreamTable: T2, conflictStage: 'NONE' });
    await one.acknowledge(second);
    await untilGone('opt');
    expect(await one.acknowledge(second)).toMatchObject({ outcome: 'OPERATION_GONE' });
  });

  it('4.6 a contradiction is held until a person decides: DETECTED, then UNLOCKED', async () => {
    const before = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, c1 INT)';
    const add = (type: string): string => `ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN \`c3\` ${type}`;
    await one.report(T1, before, [add('VARCHAR(10) CHARACTER SET utf8mb4')], 'b1');
    const first = await feed.next<Operation>();
    expect(first).toMatchObject({ conflictStage: 'NONE' });
    await one.acknowledge(first);
    await one.report(T2, before, [add('DATE')], 'b2');
    const held = await feed.next<Operation>();
    expect(held).toMatchObject({ upstreamTable: T2, conflictStage: 'DETECTED', ddls: [] });
    expect(held.message).not.toBe('');
    expect(await lock('opt')).toMatchObject({ state: 'CONFLICT' });
    const unlock = `mutation { unlockShardLock(input: {lockId: "opt/shard_db.shard_table", action: SKIP, reason: "test"}) {
      __typename ... on ShardUnlockLockSuccess { changes action { state actor reason } } ... on ShardUserError { code message } } }`;
    expect(await ask(server.url, unlock)).toMatchObject({
      action: { state: 'DONE', actor: 'anonymous', reason: 'test' },
    });
    const released = await feed.next<Operation>();
    expect(released).toMatchObject({ upstreamTable: T2, conflictStage: 'UNLOCKED', ddls: [] });
    expect(BigInt(released.revision)).toBeGreaterThan(BigInt(held.revision));
    expect(await one.acknowledge(held)).toMatchObject({
      __typename: 'ShardStaleOperation',
      operation: { id: released.id },
    });
    expect(await one.acknowledge(released)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
  });

  it('3.4 adds and removes tables; 3.1 what comes late changes nothing', async () => {
    const table = { schema: 'db', table: 't3', target: TARGET, createTable: CREATE };
    const added = await one.changeTables('AddShardSourceTable', { table });
    expect(added).toMatchObject({ __typename: 'ShardPutSourceTablesSuccess' });
    const removed = await one.changeTables('RemoveShardSourceTable', { table: { schema: 'db', table: 't3' } });
    expect(removed).toMatchObject({ __typename: 'ShardPutSourceTablesSuccess' });
    const late = { table, after: added['revision'] };
    expect(await one.withSession('AddShardSourceTable', late)).toMatchObject({ code: 'STALE_SOURCE_TABLES' });
  });

  it('7.1 tells its status', async () => {
    const status = { stage: 'running', position: 'binlog.1:4', delayMs: 12, blockingDdls: [] };
    expect(await one.withSession('ReportShardStatus', status)).toMatchObject({ sourceId: 's1' });
    const query =
      '{ shardWorker(id: "w-s1") { assignments { sourceId status { stage position delayMs blockingDdls } } } }';
    expect(await ask(server.url, query)).toMatchObject({ assignments: [{ sourceId: 's1', status }] });
  });

  it('2.7 what it said before, and comes late, changes nothing', async () => {
    const say = (sequence: number, error: string): Promise<JsonObject> =>
      one.withSession('ReportShardStatus', {
        session: { ...one.session, sequence },
        stage: 'failed',
        blockingDdls: [],
        error,
      });
    for (const answer of [await say(2, 'second'), await say(1, 'first')])
      expect(answer).toMatchObject({ __typename: 'ShardReportStatusSuccess' });
    const query = '{ shardWorker(id: "w-s1") { assignments { status { error } } } }';
    expect(await ask(server.url, query)).toMatchObject({ assignments: [{ status: { error: 'second' } }] });
  });

  it('2.6 leaves', async () => {
    feed.close();
    expect(await one.withSession('LeaveShardWorker', { forGood: true })).toMatchObject({ forGood: true });
    expect(await one.withSession('RenewShardWorker', {})).toMatchObject({ code: 'STALE_SESSION' });
  });
});

describe('a redirect, by schema/PROTOCOL.md', () => {
  const BEFORE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, c1 INT NOT NULL)';
  const DROP = 'ALTER TABLE `shard_db`.`shard_table` DROP COLUMN `c1`';
  const [T1, T2] = [
    { schema: 'db', table: 't1' },
    { schema: 'db', table: 't2' },
  ];

  it('4.6 SKIP_WAIT_REDIRECT until the other shard follows, then RESOLVED, and the DDL is read anew', async () => {
    const worker = new PlainWorker(server.url, 'w', 'redirect', 's1', 'OPTIMISTIC');
    await worker.register();
    await worker.putTables([T1, T2].map((table) => ({ ...table, createTable: BEFORE })));
    const feed = await worker.subscribe();
    await worker.report(T1, BEFORE, [DROP], 'first reading');
    const skip = await feed.next<Operation>();
    expect(skip).toMatchObject({ upstreamTable: T1, conflictStage: 'SKIP_WAIT_REDIRECT', ddls: [] });
    expect(await lock('redirect')).toMatchObject({ state: 'CONFLICT' });

    const second = await worker.report(T2, BEFORE, [DROP], 'second table');
    const both = [await feed.next<Operation>(), await feed.next<Operation>()];
    const executed = both.find(({ upstreamTable }) => upstreamTable?.table === 't2');
    const redirect = both.find(({ upstreamTable }) => upstreamTable?.table === 't1');
    expect(executed).toMatchObject({ conflictStage: 'NONE', ddls: [DROP], droppedColumns: ['c1'] });
    expect(redirect).toMatchObject({ conflictStage: 'RESOLVED', ddls: [] });
    expect(BigInt(redirect!.revision)).toBeGreaterThan(BigInt(second.revision));
    await worker.acknowledge(executed!);

    // 4.2: it is another reading, so it is another attempt; 4.6: the redirect isn't acknowledged.
    expect(await worker.report(T1, BEFORE, [DROP], 'second reading')).toMatchObject({ repeated: false });
    const replayed = await feed.next<Operation>();
    expect(replayed).toMatchObject({ upstreamTable: T1, conflictStage: 'NONE', ddls: [DROP] });
    await worker.acknowledge(replayed);
    await untilGone('redirect');
    expect(await worker.pending()).toEqual([]);
    feed.close();
  });
});

describe('workers in pessimistic mode, by schema/PROTOCOL.md', () => {
  const DDLS = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT'];
  const make = (source: string): PlainWorker =>
    new PlainWorker(server.url, `w-${source}`, 'pess', source, 'PESSIMISTIC');
  const workers: PlainWorker[] = [];
  const feeds: PlainSubscription[] = [];

  it('2.2 all name the same sources, so that the sources of the task are declared', async () => {
    for (const source of ['p1', 'p2']) {
      const worker = make(source);
      workers.push(worker);
      await worker.register(['p1', 'p2']);
      await worker.putTables([{ schema: 'db', table: 't1' }]);
      feeds.push(await worker.subscribe());
    }
    expect(await ask(server.url, '{ shardTask(name: "pess") { declared sourceIds mode } }')).toEqual({
      declared: true,
      sourceIds: ['p1', 'p2'],
      mode: 'PESSIMISTIC',
    });
  });

  it('5.1 tells of its sharding group while that is incomplete', async () => {
    const group = {
      target: TARGET,
      ddls: DDLS,
      firstPosition: '4',
      synced: [{ schema: 'db', table: 't1' }],
      unsynced: [],
    };
    const status = { stage: 'running', formingGroups: [group] };
    expect(await workers[0]!.withSession('ReportShardStatus', status)).toMatchObject({ sourceId: 'p1' });
  });

  it('5.2, 5.3, 8.2 and 8.3 the owner executes, then the other skips, then the lock is gone', async () => {
    const [one, two] = [workers[0]!, workers[1]!];
    expect(await one.reportSource(DDLS, 'x1')).toMatchObject({ lockId: lockOf('pess'), repeated: false });
    expect(await one.reportSource(DDLS, 'x1')).toMatchObject({ repeated: true });
    await expect(feeds[0]!.next(300)).rejects.toThrow('nothing came');
    expect(await lock('pess')).toMatchObject({ state: 'WAITING', syncedCount: 1, unsyncedCount: 1 });
    await two.reportSource(DDLS, 'y1');
    const exec = await feeds[0]!.next<Operation>();
    expect(exec).toMatchObject({ exec: true, ddls: DDLS, upstreamTable: null, conflictStage: null });
    await expect(feeds[1]!.next(300)).rejects.toThrow('nothing came');
    expect(await one.acknowledge(exec)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    const skip = await feeds[1]!.next<Operation>();
    expect(skip).toMatchObject({ exec: false, ddls: DDLS });
    expect(await two.acknowledge(skip)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    await untilGone('pess');
    expect(await two.acknowledge(skip)).toMatchObject({ outcome: 'OPERATION_GONE' });
  });

  it('5.4 the next DDL is a new lock; polling gives what the subscription gives', async () => {
    const [one, two] = [workers[0]!, workers[1]!];
    const next = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c3` INT'];
    await two.reportSource(next, 'y2');
    await one.reportSource(next, 'x2');
    const exec = await feeds[1]!.next<Operation>();
    expect(exec).toMatchObject({ exec: true, ddls: next });
    expect(await two.pending()).toEqual([exec]);
    await two.acknowledge(exec);
    await one.acknowledge(await feeds[0]!.next<Operation>());
    await untilGone('pess');
  });

  it('8.1 the server stops: sockets are closed with 1001', async () => {
    const own = await startServer({ store: { kind: 'memory' }, host: '127.0.0.1', port: 0, logger: server.logger });
    const worker = new PlainWorker(own.url, 'w', 'other', 's1', 'PESSIMISTIC');
    await worker.register();
    const subscription = await worker.subscribe();
    await own.stop();
    expect(await subscription.untilClosed()).toBe(1001);
    for (const feed of feeds) feed.close();
  });
});
