import { describe, expect, it } from '@jest/globals';
import { useStoreServer } from '../../support/use-server';
import { operate, readLock, until } from '../operator-requests';
import { ask } from '../plain-client';
import type { JsonObject } from '../plain-client';
import { PlainWorker, lockOf } from '../plain-worker';
import type { Operation } from '../plain-worker';

const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c1` INT';
const server = useStoreServer();

const leave = (worker: PlainWorker): Promise<JsonObject> => worker.withSession('LeaveShardWorker', { forGood: true });
const untilGone = (task: string): Promise<unknown> =>
  until(
    () => readLock(server.url, lockOf(task)),
    (lock) => lock === null,
  );

async function operationOf(worker: PlainWorker): Promise<Operation> {
  const [operation] = await until(
    () => worker.pending(),
    (operations) => operations.length > 0,
  );
  return operation!;
}

/** Registered workers of the sources s1, s2, … of a task, each of which expects all. */
async function crew(task: string, mode: 'OPTIMISTIC' | 'PESSIMISTIC', size: number): Promise<PlainWorker[]> {
  const sources = Array.from({ length: size }, (_, index) => `s${index + 1}`);
  const workers = sources.map((source) => new PlainWorker(server.url, `w-${source}`, task, source, mode));
  for (const worker of workers) {
    await worker.register(sources);
    await worker.putTables([{ schema: worker.source, table: 't', createTable: CREATE }]);
  }
  return workers;
}

const declaration = (name: string): Promise<JsonObject> =>
  ask(server.url, 'query ($name: ID!) { shardTask(name: $name) { declared sourceIds } }', { name });

/** The keys that name a source of a task, but for what tells of the past. */
async function keysOf(task: string, source: string): Promise<string[]> {
  const hex = (text: string): string => Buffer.from(text).toString('hex');
  const { values } = await server.store.range('/');
  const ofPast = ['/lockstep/journal/', '/lockstep/action/', '/lockstep/task/'];
  return values
    .map(({ key }) => key)
    .filter((key) => !ofPast.some((prefix) => key.startsWith(prefix)))
    .filter((key) => key.includes(hex(task)) && key.split('/').includes(hex(source)));
}

describe('a worker that leaves for good in pessimistic mode, by schema/PROTOCOL.md', () => {
  it('2.6 takes everything of its source along, and another that has reported executes in its place', async () => {
    const [one, two, three] = (await crew('owner', 'PESSIMISTIC', 3)) as [PlainWorker, PlainWorker, PlainWorker];
    await one.reportSource([ADD], '1');
    await two.reportSource([ADD], '2');
    expect(await readLock(server.url, lockOf('owner'))).toMatchObject({ ownerId: 's1', syncedCount: 2 });
    expect(await leave(one)).toMatchObject({ __typename: 'ShardLeaveWorkerSuccess', forGood: true });
    expect(await keysOf('owner', 's1')).toEqual([]);
    expect(await declaration('owner')).toEqual({ declared: true, sourceIds: ['s2', 's3'] });
    expect(await readLock(server.url, lockOf('owner'))).toMatchObject({ syncedCount: 1, unsyncedCount: 1 });
    await three.reportSource([ADD], '3');
    const exec = await operationOf(two);
    expect(exec).toMatchObject({ exec: true, ddls: [ADD] });
    expect(await three.pending()).toEqual([]);
    await two.acknowledge(exec);
    await three.acknowledge(await operationOf(three));
    await untilGone('owner');
  });

  it('2.6 is refused while it is told to execute; when it has acknowledged it may', async () => {
    const [one, two] = (await crew('executing', 'PESSIMISTIC', 2)) as [PlainWorker, PlainWorker];
    await one.reportSource([ADD], '1');
    await two.reportSource([ADD], '2');
    const exec = await operationOf(one);
    expect(await leave(one)).toMatchObject({
      code: 'OPERATION_NOT_DONE',
      message: expect.stringContaining('s1'),
      help: expect.stringMatching(/acknowledge/iu),
    });
    expect(await operationOf(one)).toEqual(exec);
    expect(await one.acknowledge(exec)).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    expect(await leave(one)).toMatchObject({ forGood: true });
    expect(await two.acknowledge(await operationOf(two))).toMatchObject({ outcome: 'ACKNOWLEDGED' });
    await untilGone('executing');
  });

  it('2.6 ends the lock if it was the last that had something to do', async () => {
    const [one, two] = (await crew('skipping', 'PESSIMISTIC', 2)) as [PlainWorker, PlainWorker];
    await one.reportSource([ADD], '1');
    await two.reportSource([ADD], '2');
    await one.acknowledge(await operationOf(one));
    await operationOf(two);
    expect(await leave(two)).toMatchObject({ forGood: true });
    await untilGone('skipping');
    expect(await keysOf('skipping', 's2')).toEqual([]);
  });

  it('2.6 ends the lock that nobody else has reported', async () => {
    const [one, two] = (await crew('alone', 'PESSIMISTIC', 2)) as [PlainWorker, PlainWorker];
    await one.reportSource([ADD], '1');
    expect(await leave(one)).toMatchObject({ forGood: true });
    await untilGone('alone');
    await two.reportSource([ADD], '2');
    expect(await operationOf(two)).toMatchObject({ exec: true });
  });
});

describe('a worker that leaves for good in optimistic mode, by schema/PROTOCOL.md', () => {
  it('2.6 is refused while DDLs wait for it; then it takes everything of its source along', async () => {
    const [one, two] = (await crew('opt', 'OPTIMISTIC', 2)) as [PlainWorker, PlainWorker];
    const table = { schema: 's1', table: 't' };
    await one.report(table, CREATE, [ADD], '1');
    const operation = await operationOf(one);
    expect(await leave(one)).toMatchObject({
      code: 'OPERATION_NOT_DONE',
      message: expect.stringContaining('`s1`.`t`'),
    });
    await one.acknowledge(operation);
    expect(await leave(one)).toMatchObject({ forGood: true });
    await until(
      () => keysOf('opt', 's1'),
      (keys) => keys.length === 0,
    );
    await two.report({ schema: 's2', table: 't' }, CREATE, [ADD], '2');
    await two.acknowledge(await operationOf(two));
    await untilGone('opt');
  });
});

describe('a worker that leaves', () => {
  it('2.6 for good leaves once, however often it says so', async () => {
    const [one] = (await crew('twice', 'PESSIMISTIC', 1)) as [PlainWorker];
    const answers = await Promise.all([leave(one), leave(one)]);
    answers.push(await leave(one));
    for (const answer of answers) expect(answer).toMatchObject({ __typename: 'ShardLeaveWorkerSuccess' });
    const actions = '{ shardActions(filter: {task: "twice"}) { nodes { kind actor state } } }';
    expect(await ask(server.url, actions)).toEqual({
      nodes: [{ kind: 'REMOVE_META', actor: 'worker w-s1', state: 'DONE' }],
    });
  });

  it('2.6 for good may do so when a person has removed its source before', async () => {
    const [one, two] = (await crew('removed-before', 'PESSIMISTIC', 2)) as [PlainWorker, PlainWorker];
    await operate(server.url, 'removeMeta', { task: 'removed-before', sources: ['s1'], force: true });
    expect(await leave(one)).toMatchObject({ __typename: 'ShardLeaveWorkerSuccess' });
    await operate(server.url, 'removeMeta', { task: 'removed-before', force: true });
    expect(await leave(two)).toMatchObject({ __typename: 'ShardLeaveWorkerSuccess' });
  });

  it('2.6 otherwise leaves its source, its reports and its part in locks', async () => {
    const [one] = (await crew('stays', 'PESSIMISTIC', 2)) as [PlainWorker];
    await one.reportSource([ADD], '1');
    await one.withSession('LeaveShardWorker', { forGood: false });
    expect(await declaration('stays')).toEqual({ declared: true, sourceIds: ['s1', 's2'] });
    expect(await readLock(server.url, lockOf('stays'))).toMatchObject({ syncedCount: 1, unsyncedCount: 1 });
  });
});

describe('the sources that workers expect', () => {
  it('2.2 count again when all have named the same anew', async () => {
    const [one, two] = (await crew('expected', 'PESSIMISTIC', 2)) as [PlainWorker, PlainWorker];
    expect(await declaration('expected')).toMatchObject({ declared: true });
    const restarted = (worker: PlainWorker): PlainWorker =>
      new PlainWorker(server.url, worker.worker, worker.task, worker.source, worker.mode);
    await restarted(one).register(['s1', 's2', 's3']);
    expect(await declaration('expected')).toMatchObject({ declared: false });
    await restarted(two).register(['s1', 's2', 's3']);
    await restarted(one).register(['s1', 's2']);
    expect(await declaration('expected')).toMatchObject({ declared: false });
    await restarted(two).register(['s1', 's2']);
    expect(await declaration('expected')).toMatchObject({ declared: true });
    await restarted(two).register(null);
    expect(await declaration('expected')).toMatchObject({ declared: false });
    await restarted(two).register(['s2', 's1']);
    expect(await declaration('expected')).toMatchObject({ declared: true });
  });

  it('2.2 are fewer when one is removed by hand', async () => {
    await crew('removed', 'PESSIMISTIC', 2);
    await operate(server.url, 'removeMeta', { task: 'removed', sources: ['s2'], force: true });
    expect(await declaration('removed')).toEqual({ declared: true, sourceIds: ['s1'] });
  });
});
