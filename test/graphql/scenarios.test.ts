import { describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { ask } from './plain-client';
import { operate, readLock, until } from './operator-requests';
import { PlainWorker, lockOf, registered } from './plain-worker';
import { operationOf } from './situations';

const DDLS = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT'];
const server = useServer();

/** A declared pessimistic task with a worker for each named source. */
async function makeTask(task: string, sources: readonly string[], alive: readonly string[]): Promise<PlainWorker[]> {
  const declared = await operate(server.url, 'putTask', { name: task, mode: 'PESSIMISTIC', sources });
  expect(declared).toMatchObject({ task: { name: task, mode: 'PESSIMISTIC', declared: true, sourceIds: sources } });
  return Promise.all(alive.map((source) => registered(server.url, `w-${source}`, task, source, 'PESSIMISTIC')));
}

const gone = (task: string): Promise<unknown> =>
  until(
    () => readLock(server.url, lockOf(task)),
    (lock) => lock === null,
  );

describe('A. a worker has gone for good', () => {
  it('unlock makes the owner execute, asks the synced others to skip, and removes the lock', async () => {
    const [one, three] = await makeTask('a1', ['s1', 's2', 's3'], ['s1', 's3']);
    await one!.reportSource(DDLS, '1');
    await three!.reportSource(DDLS, '1');
    const lock = await until(
      () => readLock(server.url, lockOf('a1')),
      (found) => found?.['syncedCount'] === 2,
    );
    for (const order of ['', ', orderBy: NEWEST_FIRST', ', orderBy: ID'])
      expect(await ask(server.url, `{ shardLocks(first: 5${order}) { totalCount } }`)).toEqual({ totalCount: 1 });
    expect(lock).toMatchObject({
      state: 'WAITING',
      mode: 'PESSIMISTIC',
      ownerId: 's1',
      owner: { id: 's1' },
      ddls: DDLS,
      unsyncedCount: 1,
      task: { name: 'a1' },
      participants: {
        totalCount: 3,
        nodes: [
          {
            sourceId: 's1',
            synced: true,
            done: false,
            info: { ddls: DDLS },
            worker: { id: 'w-s1' },
            upstreamTable: null,
          },
          { sourceId: 's2', synced: false, done: false, info: null, worker: null },
          { sourceId: 's3', synced: true, done: false, info: { ddls: DDLS } },
        ],
      },
    });
    const answer = operate(server.url, 'unlock', { lockId: lockOf('a1'), reason: 's2 is gone' });
    const exec = await operationOf(one!);
    expect(exec).toMatchObject({ exec: true, ddls: DDLS });
    expect(await three!.pending()).toEqual([]);
    await one!.acknowledge(exec);
    const skip = await operationOf(three!);
    expect(skip).toMatchObject({ exec: false });
    await three!.acknowledge(skip);
    expect(await answer).toMatchObject({
      __typename: 'ShardUnlockLockSuccess',
      dryRun: false,
      lock: null,
      action: { kind: 'UNLOCK_PESSIMISTIC', state: 'DONE', actor: 'anonymous', reason: 's2 is gone', failure: null },
    });
    await gone('a1');
  });

  it('dryRun says what it would do and does nothing', async () => {
    const [one] = await makeTask('a2', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    const answer = await operate(server.url, 'unlock', { lockId: lockOf('a2'), dryRun: true });
    expect(answer).toMatchObject({ __typename: 'ShardUnlockLockSuccess', dryRun: true });
    expect(answer['changes']).toEqual([
      'source s2 counts as ready without having reported',
      'source s1 is told to execute the DDLs',
      'the other sources that have reported are told to skip them, and the lock is removed',
    ]);
    expect(answer['action']).toMatchObject({ id: null, state: 'RUNNING' });
    expect(await one!.pending()).toEqual([]);
  });

  it('if the owner is gone, another synced source executes; one that is not synced cannot', async () => {
    const [, three] = await makeTask('a3', ['s1', 's2', 's3'], ['s1', 's3']).then(async (workers) => {
      await workers[0]!.reportSource(DDLS, '1');
      await workers[1]!.reportSource(DDLS, '1');
      return workers;
    });
    const refused = await operate(server.url, 'unlock', { lockId: lockOf('a3'), owner: 's2' });
    expect(refused).toMatchObject({ code: 'OWNER_NOT_WAITING', dmCode: 38022 });
    const answer = operate(server.url, 'unlock', { lockId: lockOf('a3'), owner: 's3', waitMs: 600 });
    const exec = await operationOf(three!);
    expect(exec).toMatchObject({ exec: true });
    await three!.acknowledge(exec);
    // The owner was told to skip, and never answers: it is reported, the lock is removed all the same.
    const ended = await answer;
    expect(ended).toMatchObject({
      __typename: 'ShardPartOfWorkersFailed',
      dmCode: 38025,
      workers: expect.arrayContaining([expect.objectContaining({ sourceId: 's1', result: false })]),
    });
    await gone('a3');
  });

  it('if the owner fails, the lock stays, unless its removal is forced', async () => {
    const [one] = await makeTask('a4', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    const failed = await operate(server.url, 'unlock', { lockId: lockOf('a4'), waitMs: 300 });
    expect(failed).toMatchObject({ __typename: 'ShardOwnerNotDone', dmCode: 38024 });
    expect(await readLock(server.url, lockOf('a4'))).toMatchObject({ ownerId: 's1' });
    await until(
      () => ask<{ state: string } | null>(server.url, '{ shardLock(id: "a4/shard_db.shard_table") { state } }'),
      (lock) => lock?.state === 'WAITING',
    );
    await operate(server.url, 'unlock', { lockId: lockOf('a4'), waitMs: 300, forceRemove: true });
    await gone('a4');
  });
});

describe('B. a worker restarted while the unlock ran', () => {
  it('its repeated DDL makes a lock with it alone, which unlock executes and removes', async () => {
    const [one] = await makeTask('b', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    const first = operate(server.url, 'unlock', { lockId: lockOf('b') });
    await one!.acknowledge(await operationOf(one!));
    expect(await first).toMatchObject({ __typename: 'ShardUnlockLockSuccess' });
    await gone('b');

    const two = await registered(server.url, 'w-s2', 'b', 's2', 'PESSIMISTIC');
    await two.reportSource(DDLS, '1');
    expect(await readLock(server.url, lockOf('b'))).toMatchObject({ ownerId: 's2', syncedCount: 1, unsyncedCount: 1 });
    const second = operate(server.url, 'unlock', { lockId: lockOf('b'), sources: ['s2'] });
    const exec = await operationOf(two);
    expect(exec).toMatchObject({ exec: true, ddls: DDLS });
    await two.acknowledge(exec);
    expect(await second).toMatchObject({ __typename: 'ShardUnlockLockSuccess', lock: null });
    await gone('b');
  });
});

describe('C. a worker was unreachable for a moment', () => {
  it('break tells the source that is still blocked to skip', async () => {
    const [one, two] = await makeTask('c', ['s1', 's2', 's3'], ['s1', 's2']);
    await one!.reportSource(DDLS, '1');
    await two!.reportSource(DDLS, '1');
    const unlock = operate(server.url, 'unlock', { lockId: lockOf('c'), waitMs: 500 });
    await one!.acknowledge(await operationOf(one!));
    // s2 doesn't see its operation: it is cut off until the unlock has ended.
    const ended = await unlock;
    expect(ended).toMatchObject({ __typename: 'ShardPartOfWorkersFailed' });
    await gone('c');

    const status = { stage: 'running', blockingDdls: DDLS, blockingLockId: lockOf('c') };
    await two!.withSession('ReportShardStatus', status);
    const answer = operate(server.url, 'break', { task: 'c', source: 's2', action: 'SKIP', reason: 'lock is gone' });
    const skip = await operationOf(two!);
    expect(skip).toMatchObject({ exec: false, ddls: DDLS, lockId: lockOf('c') });
    expect(await two!.acknowledge(skip)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    expect(await answer).toMatchObject({ __typename: 'ShardBreakLockSuccess', action: { state: 'DONE' } });
    const again = await operate(server.url, 'break', { task: 'c', source: 's3', action: 'SKIP' });
    expect(again).toMatchObject({ code: 'NOT_WAITING' });
  });
});

describe('the first of three pessimistic workers to start', () => {
  const SOURCES = ['s1', 's2', 's3'];

  /** Report with all workers but the last: nobody is told anything. */
  async function reportAllButLast(workers: readonly PlainWorker[]): Promise<void> {
    for (const worker of workers.slice(0, -1)) {
      await worker.reportSource(DDLS, '1');
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const other of workers) expect(await other.pending()).toEqual([]);
    }
  }

  it('is told to execute only when all three have reported, if they know of each other', async () => {
    const workers: PlainWorker[] = [];
    for (const source of SOURCES) {
      const worker = new PlainWorker(server.url, `w-${source}`, 'three', source, 'PESSIMISTIC');
      await worker.register(SOURCES);
      workers.push(worker);
      // Those that are there have reported before the next one starts.
      await worker.reportSource(DDLS, '1');
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (source !== 's3') for (const other of workers) expect(await other.pending()).toEqual([]);
    }
    expect(await operationOf(workers[0]!)).toMatchObject({ exec: true, ddls: DDLS });
    for (const other of workers.slice(1)) expect(await other.pending()).toEqual([]);
  });

  it('waits for a person where nobody knows all sources, or where they disagree', async () => {
    for (const [task, expected] of [
      ['unknown', [null, null, null]],
      ['disagreeing', [SOURCES, ['s1', 's2'], SOURCES]],
    ] as const) {
      const workers = SOURCES.map((source) => new PlainWorker(server.url, `w-${source}`, task, source, 'PESSIMISTIC'));
      for (const [index, worker] of workers.entries()) await worker.register(expected[index]);
      await reportAllButLast(workers);
      await workers[2]!.reportSource(DDLS, '1');
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const worker of workers) expect(await worker.pending()).toEqual([]);
      expect(await readLock(server.url, lockOf(task))).toMatchObject({ state: 'WAITING', syncedCount: 3 });
      await operate(server.url, 'putTask', { name: task, mode: 'PESSIMISTIC', sources: SOURCES });
      expect(await operationOf(workers[0]!)).toMatchObject({ exec: true });
    }
  });
});

describe('manual actions', () => {
  it('a repeated idempotency key gives the stored result; with another input it is refused', async () => {
    await makeTask('d', ['s1', 's2'], []);
    const input = { task: 'd', source: 's2', reason: 'gone', idempotencyKey: 'k1' };
    const first = await operate(server.url, 'exclude', input);
    expect(first).toMatchObject({ __typename: 'ShardExcludeSourceSuccess', repeated: false });
    const second = await operate(server.url, 'exclude', input);
    expect(second).toMatchObject({ repeated: true, action: first['action'] });
    expect(await operate(server.url, 'exclude', { ...input, source: 's1' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    const { id } = first['action'] as { id: string };
    const query = 'query ($id: ID!) { shardAction(id: $id) { id kind state reason taskName changes } }';
    expect(await ask(server.url, query, { id })).toMatchObject({
      id,
      kind: 'EXCLUDE_SOURCE',
      state: 'DONE',
      taskName: 'd',
    });
    expect(await ask(server.url, '{ shardTask(name: "d") { sourceIds excludedSourceIds } }')).toEqual({
      sourceIds: ['s1'],
      excludedSourceIds: ['s2'],
    });
  });

  it('a source that is left out may report nothing until it is taken in again', async () => {
    const [one] = await makeTask('e', ['s1', 's2'], ['s1']);
    await operate(server.url, 'exclude', { task: 'e', source: 's1' });
    expect(await one!.reportSource(DDLS, '1')).toMatchObject({ code: 'SOURCE_EXCLUDED' });
    await operate(server.url, 'exclude', { task: 'e', source: 's1', undo: true });
    expect(await one!.reportSource(DDLS, '2')).toMatchObject({ __typename: 'ShardReportInfoSuccess' });
  });

  it('meta is not removed under living workers, unless that is forced', async () => {
    const [one] = await makeTask('f', ['s1', 's2'], ['s1']);
    await one!.reportSource(DDLS, '1');
    expect(await operate(server.url, 'removeMeta', { task: 'f' })).toMatchObject({ code: 'TASK_RUNNING' });
    expect(await operate(server.url, 'removeMeta', { task: 'f', force: true })).toMatchObject({
      __typename: 'ShardRemoveMetaSuccess',
    });
    await gone('f');
  });
});
