import { beforeAll, describe, expect, it } from '@jest/globals';
import { useServer } from '../../support/use-server';
import { ask, send } from '../plain-client';
import type { JsonObject } from '../plain-client';
import { lockOf, registered } from '../plain-worker';
import type { PlainWorker } from '../plain-worker';
import { operate, until } from '../operator-requests';

const server = useServer();
const DDLS = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c` INT'];
const EVENT = `cursor kind taskName lockId incarnation mode sentence ... on ShardParticipantEvent { participant { sourceId } }`;
const PAGE = `edges { cursor node { kind } } nodes { ${EVENT} } complete pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
const QUERY = `query ($filter: ShardLockEventFilter, $first: Int, $last: Int, $after: ShardCursor) {
  shardEvents(filter: $filter, first: $first, last: $last, after: $after) { ${PAGE} } }`;

interface Page {
  readonly nodes: readonly JsonObject[];
  readonly edges: readonly { readonly cursor: string; readonly node: JsonObject }[];
  readonly complete: boolean;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string };
}

const page = (variables: object): Promise<Page> => ask<Page>(server.url, QUERY, variables);
const kinds = ({ nodes }: Page): unknown[] => nodes.map(({ kind }) => kind);
const LIFE = [
  ...['WORKER_ONLINE', 'WORKER_ONLINE', 'LOCK_CREATED', 'INFO_RECEIVED', 'INFO_RECEIVED', 'LOCK_SYNCED'],
  ...['OPERATION_PUT', 'OPERATION_DONE', 'OPERATION_PUT', 'OPERATION_DONE', 'LOCK_RESOLVED'],
];

/** One pessimistic lock from its first report to its end. */
async function liveOneLock(task: string): Promise<void> {
  await operate(server.url, 'putTask', { name: task, mode: 'PESSIMISTIC', sources: ['s1', 's2'] });
  const workers: PlainWorker[] = [];
  for (const source of ['s1', 's2'])
    workers.push(await registered(server.url, `w-${task}-${source}`, task, source, 'PESSIMISTIC'));
  for (const [number, each] of workers.entries()) await each.reportSource(DDLS, `a${number}`);
  for (const each of workers) {
    const [operation] = await until(
      () => each.pending(),
      ({ length }) => length > 0,
    );
    if (operation !== undefined) await each.acknowledge(operation);
  }
}

beforeAll(async () => {
  await liveOneLock('one');
  await liveOneLock('two');
  await until(
    () => page({ filter: { task: 'two', kinds: ['LOCK_RESOLVED'] } }),
    ({ nodes }) => nodes.length === 1,
  );
});

describe('the journal', () => {
  it.each(['99999999.0', '1.0@another-server'])(
    'says that it does not know a place of another store: %s',
    async (after) => {
      expect(await page({ after, last: 2 })).toMatchObject({ complete: false });
      expect(await page({ after, first: 2 })).toMatchObject({ complete: false });
    },
  );

  it('tells the life of a lock, in order, each event with a sentence', async () => {
    const { nodes, complete, pageInfo } = await page({ filter: { task: 'one' }, first: 100 });
    expect(nodes.map(({ kind }) => kind)).toEqual(LIFE);
    expect(complete).toBe(true);
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    for (const { sentence, kind } of nodes)
      expect([kind, sentence]).toEqual([kind, expect.stringMatching(/^[A-Z].+\.$/u)]);
    expect(new Set(nodes.map(({ cursor }) => cursor)).size).toBe(nodes.length);
  });

  it.each([1, 3, 1_000])('gives the same in pages of %d', async (first) => {
    const found: JsonObject[] = [];
    let after: string | null = null;
    for (let more = true; more;) {
      const part: Page = await page({ first, after });
      found.push(...part.nodes);
      after = part.pageInfo.endCursor;
      more = part.pageInfo.hasNextPage;
    }
    expect(found).toEqual((await page({ first: 1_000 })).nodes);
    expect(found).toHaveLength(2 * LIFE.length);
  });

  it('gives the newest with `last`, and says that there are older ones', async () => {
    const part = await page({ filter: { task: 'one' }, last: 2 });
    expect(kinds(part)).toEqual(LIFE.slice(-2));
    expect(part.pageInfo.hasPreviousPage).toBe(true);
    expect(kinds(await page({ filter: { task: 'one' }, last: 100 }))).toEqual(LIFE);
  });

  it.each<[string, object, readonly string[]]>([
    ['kinds', { kinds: ['LOCK_CREATED', 'LOCK_RESOLVED'] }, ['LOCK_CREATED', 'LOCK_RESOLVED']],
    ['a lock', { lockIds: [lockOf('one')] }, LIFE.slice(2)],
    ['a lock by its short name', { lockIds: ['one/shard_db.shard_table'] }, LIFE.slice(2)],
    ['another life of the lock', { lockIds: [lockOf('one')], incarnation: '1' }, []],
    ['the mode', { mode: 'PESSIMISTIC' }, LIFE.slice(2)],
    ['the other mode', { mode: 'OPTIMISTIC' }, []],
    [
      'a source, with what happens to the lock as a whole',
      { sources: ['s2'] },
      ['WORKER_ONLINE', 'INFO_RECEIVED', 'LOCK_SYNCED', 'OPERATION_PUT', 'OPERATION_DONE', 'LOCK_RESOLVED'],
    ],
  ])('filters by %s', async (_, filter, expected) => {
    expect(kinds(await page({ filter: { task: 'one', ...filter } }))).toEqual(expected);
  });

  it.each([
    ['first and last', { first: 1, last: 1 }],
    ['a page that is too large', { first: 1_001 }],
    ['a cursor that is none', { after: 'yesterday' }],
    ['a lock that is none', { filter: { lockIds: ['x'] } }],
  ])('refuses %s', async (_, variables) => {
    const { errors } = await send(server.url, QUERY, variables);
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors)).toMatch(/INVALID_INPUT|BAD_USER_INPUT/u);
  });
});

describe('a lock', () => {
  it('tells what happened to it, and not to an earlier one of the same ID', async () => {
    const worker = await registered(server.url, 'w-one-s1', 'one', 's1', 'PESSIMISTIC');
    await worker.reportSource(DDLS, 'again');
    const query =
      'query ($id: ID!) { shardLock(id: $id) { events { nodes { kind } } last: events(last: 1) { nodes { kind } } } }';
    const lock = await until(
      () => ask<{ events: Page; last: Page } | null>(server.url, query, { id: lockOf('one') }),
      (found) => (found?.events.nodes.length ?? 0) >= 2,
    );
    expect(lock === null ? [] : kinds(lock.events)).toEqual(['LOCK_CREATED', 'INFO_RECEIVED']);
    expect(lock === null ? [] : kinds(lock.last)).toEqual(['INFO_RECEIVED']);
  });
});
