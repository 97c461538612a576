import { beforeAll, describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { operate } from './operator-requests';
import { ask, send } from './plain-client';
import { lockOf, registered } from './plain-worker';

const DDLS = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c2` INT'];
const TASKS = ['l3', 'l1', 'l2'];
const server = useServer();

interface Locks {
  readonly totalCount: number;
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

beforeAll(async () => {
  for (const task of TASKS) {
    await operate(server.url, 'putTask', { name: task, mode: 'PESSIMISTIC', sources: ['s1', 's2'] });
    const worker = await registered(server.url, `w-${task}`, task, 's1', 'PESSIMISTIC');
    await worker.reportSource(DDLS, '1');
    // The order is by times in milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

const list = (args: string): Promise<Locks> =>
  ask<Locks>(server.url, `{ shardLocks${args} { totalCount nodes { id } pageInfo { endCursor hasNextPage } } }`);
const idsOf = ({ nodes }: Locks): string[] => nodes.map(({ id }) => id);

describe('lists of locks', () => {
  it.each([
    ['the longest without progress first', '', ['l3', 'l1', 'l2']],
    ['the newest first', '(orderBy: NEWEST_FIRST)', ['l2', 'l1', 'l3']],
    ['by ID', '(orderBy: ID)', ['l1', 'l2', 'l3']],
  ])('are ordered: %s', async (_what, args, tasks) => {
    expect(idsOf(await list(args))).toEqual(tasks.map(lockOf));
  });

  it('refuse a cursor of another order', async () => {
    const { pageInfo } = await list('(orderBy: ID, first: 1)');
    const { errors } = await send(server.url, `{ shardLocks(after: "${pageInfo.endCursor ?? ''}") { totalCount } }`);
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('not a cursor of this list'),
      extensions: { code: 'INVALID_INPUT' },
    });
  });

  it('are cut into pages in their order', async () => {
    const first = await list('(first: 2)');
    expect(idsOf(first)).toEqual(['l3', 'l1'].map(lockOf));
    const rest = await list(`(first: 2, after: "${first.pageInfo.endCursor ?? ''}")`);
    expect([idsOf(rest), rest.pageInfo.hasNextPage, rest.totalCount]).toEqual([[lockOf('l2')], false, 3]);
  });

  it.each([
    ['task', '{task: "l1"}', 1],
    ['a source that takes part', '{sources: ["s2", "x"]}', 3],
    ['a source that does not', '{sources: ["x"]}', 0],
    ['mode', '{mode: OPTIMISTIC}', 0],
    ['state', '{states: [WAITING, CONFLICT]}', 3],
    ['another state', '{states: [EXECUTING]}', 0],
    ['stage', '{conflictStages: [DETECTED]}', 0],
    ['age', '{olderThanMs: 1}', 3],
    ['a greater age', '{olderThanMs: 3600000}', 0],
  ])('are filtered by %s', async (_what, filter, count) => {
    expect((await list(`(filter: ${filter})`)).totalCount).toBe(count);
  });

  it('refuse an age that is none', async () => {
    const { errors } = await send(server.url, '{ shardLocks(filter: {olderThanMs: -1}) { totalCount } }');
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('other lists', () => {
  it('actions come newest first, and are filtered', async () => {
    await operate(server.url, 'exclude', { task: 'l1', source: 's2', reason: 'one' });
    await operate(server.url, 'exclude', { task: 'l1', source: 's2', undo: true, reason: 'two' });
    const read = (filter: string): Promise<{ nodes: { reason: string }[] }> =>
      ask(server.url, `{ shardActions(filter: ${filter}) { nodes { reason } } }`);
    const both = await read('{task: "l1", kinds: [EXCLUDE_SOURCE]}');
    expect(both.nodes.map(({ reason }) => reason)).toEqual(['two', 'one']);
    expect((await read('{task: "l2", kinds: [EXCLUDE_SOURCE]}')).nodes).toEqual([]);
    expect((await read('{actor: "nobody"}')).nodes).toEqual([]);
    expect((await read('{states: [FAILED]}')).nodes).toEqual([]);
  });

  it('the cluster names the server, its store and its leader', async () => {
    const cluster = await ask(
      server.url,
      '{ shardCluster { id version phase store { kind } leader { id } members { id phase } problems { kind } } }',
    );
    const { id } = cluster;
    expect(cluster).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/u),
      phase: 'LEADING',
      store: { kind: 'MEMORY' },
      leader: { id },
      members: [{ id, phase: 'LEADING' }],
      problems: [],
    });
  });

  it('many entities are read in one request', async () => {
    const representations = TASKS.flatMap((name) => [
      { __typename: 'ShardTask', name },
      { __typename: 'ShardLock', id: lockOf(name) },
      { __typename: 'ShardWorker', id: `w-${name}` },
    ]);
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename
      ... on ShardTask { name sourceIds targets { table } } ... on ShardLock { id waitingFor { kind } } ... on ShardWorker { id } } }`;
    const found = await ask<object[]>(server.url, query, { representations });
    expect(found).toHaveLength(9);
    expect(found).toContainEqual(expect.objectContaining({ name: 'l2', targets: [{ table: 'shard_table' }] }));
    expect(found).toContainEqual(expect.objectContaining({ id: lockOf('l2'), waitingFor: [{ kind: 'INFO_MISSING' }] }));
  });

  it('locks are found by their task and downstream table too; what is none is null', async () => {
    const byParts = (taskName: string, downTable = 'shard_table'): object => ({
      __typename: 'ShardLock',
      taskName,
      downSchema: 'shard_db',
      downTable,
    });
    const representations = [...TASKS.map((task) => byParts(task)), byParts('l1', 'other'), byParts('l1', '')];
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on ShardLock { id taskName downSchema downTable } } }`;
    expect(await ask<object[]>(server.url, query, { representations })).toEqual([
      ...TASKS.map((taskName) => ({
        id: lockOf(taskName),
        taskName,
        downSchema: 'shard_db',
        downTable: 'shard_table',
      })),
      null,
      null,
    ]);
  });

  it.each([
    [{ taskName: 'l1', downSchema: 'shard_db' }, 'representations[0].downTable'],
    [{ downSchema: 'shard_db', downTable: 'shard_table' }, 'representations[0].id'],
    [{ taskName: 7, downSchema: 'shard_db', downTable: 'shard_table' }, 'representations[0].taskName'],
  ])('a reference to a lock without a whole key is refused: %j', async (key, place) => {
    const query = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';
    const { errors } = await send(server.url, query, { representations: [{ __typename: 'ShardLock', ...key }] });
    expect(errors[0]?.message).toContain(place);
    expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
