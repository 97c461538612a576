import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startServer } from '../../../src/server';
import type { RunningServer } from '../../../src/server';
import { useDirectories } from '../../adapters/embedded/use-directories';
import { useServer } from '../../support/use-server';
import { operate, readLock, until } from '../operator-requests';
import { ask, document, send } from '../plain-client';
import { PlainWorker, TARGET, lockOf } from '../plain-worker';
import type { Operation } from '../plain-worker';
import { FollowingWorker, PlayedDownstream } from './following-worker';
import type { Kept } from './following-worker';

const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const add = (column: string, type = 'INT'): string =>
  `ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN \`${column}\` ${type}`;
const [T1, T2] = ['t1', 't2'].map((table) => ({ schema: 'db', table })) as [PlainTable, PlainTable];
const makeDirectory = useDirectories();
const server = useServer();

interface PlainTable {
  readonly schema: string;
  readonly table: string;
}

const newKept = (): Kept => ({ downstream: new PlayedDownstream(), position: 0 });

/** A process of the worker of a source, registered. */
async function process(
  task: string,
  source: string,
  mode: 'OPTIMISTIC' | 'PESSIMISTIC',
  kept: Kept,
): Promise<FollowingWorker> {
  const worker = new PlainWorker(server.url, `w-${source}`, task, source, mode);
  await worker.register(mode === 'PESSIMISTIC' ? ['s1', 's2'] : null);
  await worker.putTables([T1, T2].map((table) => ({ ...table, createTable: CREATE })));
  return new FollowingWorker(worker, kept);
}

async function pendingOf({ worker }: FollowingWorker): Promise<Operation> {
  const [operation] = await until(
    () => worker.pending(),
    (operations) => operations.length > 0,
  );
  return operation!;
}

/** Send until it is answered (1.5), with the pauses of 1.7. */
async function persist<T>(request: () => Promise<T>, paused: (ms: number) => void): Promise<T> {
  for (let pauseMs = 100; ; pauseMs = Math.min(2 * pauseMs, 10_000)) {
    try {
      return await request();
    } catch {
      const randomMs = pauseMs * (0.75 + Math.random() / 4);
      paused(randomMs);
      await sleep(randomMs);
    }
  }
}

describe('a server that is away, by schema/PROTOCOL.md', () => {
  it('1.5 and 1.7 is sent the same again with pauses that grow, until it answers', async () => {
    const directory = makeDirectory();
    const start = (port: number): Promise<RunningServer> =>
      startServer({ store: { kind: 'embedded', directory }, host: '127.0.0.1', port, logger: server.logger });
    const first = await start(0);
    const worker = new PlainWorker(first.url, 'w', 'away', 's1', 'PESSIMISTIC');
    await worker.register();
    await first.stop();
    const pauses: number[] = [];
    const reported = persist(
      () => worker.reportSource([add('c1')], '1'),
      (ms) => pauses.push(ms),
    );
    await until(
      () => Promise.resolve(pauses.length),
      (count) => count > 2,
    );
    const second = await start(Number(new URL(first.url).port));
    try {
      expect(await reported).toMatchObject({ __typename: 'ShardReportInfoSuccess', repeated: false });
      expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
      expect(pauses[0]).toBeLessThanOrEqual(100);
    } finally {
      await second.stop();
    }
  }, 60_000);
});

describe('operations that come more than once, by schema/PROTOCOL.md', () => {
  it('4.7 is acknowledged again if it was carried out, and ignored if it was only obeyed', async () => {
    const follower = await process('again', 's1', 'OPTIMISTIC', newKept());
    await follower.meet(add('c1'), T1, CREATE);
    const carriedOut = await pendingOf(follower);
    expect(await follower.handle(carriedOut)).toBe('4.6');
    expect(await follower.handle(carriedOut)).toBe('4.7');
    expect(follower.answers).toEqual(['ACKNOWLEDGED', 'ALREADY_ACKNOWLEDGED']);
    await follower.meet(add('c1', 'DATETIME'), T2, CREATE);
    const held = await pendingOf(follower);
    expect(held).toMatchObject({ conflictStage: 'DETECTED' });
    expect(await follower.handle(held)).toBe('4.6');
    expect(await follower.handle(held)).toBe('4.7');
    expect(follower.answers).toHaveLength(2);
    expect(follower.kept).toMatchObject({ position: 1, downstream: { columns: ['c1'] } });
  });

  it('4.8 is ignored if it is of before the last report of its table; another one comes', async () => {
    const follower = await process('before', 's1', 'OPTIMISTIC', newKept());
    await follower.meet(add('c1'), T1, CREATE);
    const old = await pendingOf(follower);
    const revision = await follower.meet(add('c1'), T1, CREATE);
    expect(await follower.handle(old)).toBe('4.8');
    const [newer] = await until(
      () => follower.worker.pending(),
      (operations) => operations.some((operation) => BigInt(operation.revision) > BigInt(revision)),
    );
    expect(await follower.handle(newer!)).toBe('4.6');
    expect(follower.answers).toEqual(['ACKNOWLEDGED']);
  });
});

describe('a crash between executing and acknowledging, by schema/PROTOCOL.md', () => {
  it('3.5, 4.9, 5.5 and 6.4 the DDL is read again, and the downstream has it: nothing is lost or done twice', async () => {
    const kept = newKept();
    const owner = await process('crash', 's1', 'PESSIMISTIC', kept);
    const other = await process('crash', 's2', 'PESSIMISTIC', newKept());
    for (const follower of [owner, other]) await follower.meet(add('c1'), null);
    owner.crashesBeforeAcknowledging = true;
    const order = await pendingOf(owner);
    await expect(owner.handle(order)).rejects.toThrow('the process ended');
    expect(kept).toMatchObject({ position: 0, downstream: { columns: ['c1'], tries: 1 } });

    const restarted = await process('crash', 's1', 'PESSIMISTIC', kept);
    expect(await restarted.handle(order)).toBe('3.5');
    const revision = await restarted.meet(add('c1'), null);
    const [again] = await until(
      () => restarted.worker.pending(),
      (operations) => operations.some((operation) => BigInt(operation.revision) > BigInt(revision)),
    );
    expect(again).toMatchObject({ exec: true });
    expect(await restarted.handle(again!)).toBe('4.9');
    expect(kept).toMatchObject({ position: 1, downstream: { columns: ['c1'], tries: 2 } });
    expect(await other.handle(await pendingOf(other))).toBe('5.3');
    expect(other.kept).toMatchObject({ position: 1, downstream: { tries: 0 } });
    await until(
      () => readLock(server.url, lockOf('crash')),
      (lock) => lock === null,
    );
  });
});

describe('an order that nobody waits for, by schema/PROTOCOL.md', () => {
  it('5.6 is neither carried out nor acknowledged, and ends with the next report', async () => {
    const follower = await process('over', 's1', 'PESSIMISTIC', newKept());
    const other = await process('over', 's2', 'PESSIMISTIC', newKept());
    for (const one of [follower, other]) await one.meet(add('c1'), null);
    for (const one of [follower, other]) expect(await one.handle(await pendingOf(one))).toBe('5.3');
    const status = { stage: 'running', blockingDdls: [add('c1')], blockingLockId: lockOf('over') };
    await follower.worker.withSession('ReportShardStatus', status);
    const broken = operate(server.url, 'break', { task: 'over', source: 's1', action: 'EXEC', waitMs: 300 });
    const order = await pendingOf(follower);
    expect(order).toMatchObject({ exec: true });
    expect(await follower.handle(order)).toBe('5.6');
    expect(await broken).toMatchObject({ code: 'PART_OF_WORKERS_FAILED' });
    for (const one of [follower, other]) await one.meet(add('c2'), null);
    const next = await until(
      () => follower.worker.pending(),
      (operations) => operations.some(({ ddls }) => ddls.includes(add('c2'))),
    );
    expect(next).toMatchObject([{ exec: true, ddls: [add('c2')] }]);
    expect(await follower.handle(next[0]!)).toBe('5.3');
    expect(follower.kept).toMatchObject({ position: 2, downstream: { columns: ['c1', 'c2'] } });
  });
});

describe('a source that was taken over, by schema/PROTOCOL.md', () => {
  it('1.4, 2.5 and 3.2 is told to its former worker by the subscription and the poll, in the place of operations', async () => {
    const former = await process('taken', 's1', 'OPTIMISTIC', newKept());
    const feed = await former.worker.subscribe();
    const now = await process('taken', 's1', 'OPTIMISTIC', newKept());
    await now.meet(add('c1'), T1, CREATE);
    expect(await feed.message()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'STALE_SESSION', fields: { takenOver: true } } }],
    });
    const { task, source, session } = former.worker;
    const polled = await send(server.url, document('PendingShardOperations'), { task, source, epoch: session.epoch });
    expect(polled.errors).toMatchObject([{ extensions: { code: 'STALE_SESSION', fields: { takenOver: true } } }]);
    expect(await now.handle(await pendingOf(now))).toBe('4.6');
    feed.close();
  });
});

describe('the default collation of a source, by schema/PROTOCOL.md', () => {
  it('3.1 and 4.1 is that of schemas and DDLs that say none', async () => {
    const { worker } = await process('collation', 's1', 'OPTIMISTIC', newKept());
    const defaultCollation = 'latin1_swedish_ci';
    const report = { target: TARGET, ddls: [add('c1', 'VARCHAR(10)')], attempt: '1', defaultCollation };
    const tables = [T1, T2].map((table) => ({ ...table, target: TARGET, createTable: CREATE }));
    await worker.changeTables('PutShardSourceTables', { tables, defaultCollation });
    await worker.withSession('ReportShardInfo', { ...report, table: T1, createTableBefore: CREATE });
    const query = 'query ($id: ID!) { shardLock(id: $id) { joinedSchema { collation createTable } } }';
    expect(await ask(server.url, query, { id: lockOf('collation') })).toMatchObject({
      joinedSchema: { collation: defaultCollation, createTable: expect.stringMatching(/`c1` varchar\(10\)/u) },
    });
  });
});

describe('names, by schema/PROTOCOL.md', () => {
  it('1.9 have at most 200 bytes, and say which has more', async () => {
    const long = (bytes: number): PlainWorker =>
      new PlainWorker(server.url, 'w', 'é'.repeat(bytes / 2), 's1', 'OPTIMISTIC');
    expect(await long(200).register()).toMatchObject({ __typename: 'ShardRegisterWorkerSuccess' });
    expect(await long(202).register()).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ name: 'field', value: 'task' }],
    });
    const worker = new PlainWorker(server.url, 'w', 'names', 's1', 'OPTIMISTIC');
    await worker.register();
    expect(await worker.putTables([{ schema: 'a\0b', table: 't' }])).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await worker.report(T1, CREATE, [add('c1')], '')).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
