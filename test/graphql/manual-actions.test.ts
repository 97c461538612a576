import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startServer } from '../../src/server';
import type { RunningServer } from '../../src/server';
import { SilentLogger } from '../support/silent-logger';
import { operate } from './operator-requests';
import { ask } from './plain-client';
import type { JsonObject } from './plain-client';
import { PlainWorker, lockOf } from './plain-worker';

// A busy machine may take that long.
jest.setTimeout(60_000);

const ADD = 'ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c1` INT';
const BEFORE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const SOURCES = ['s1', 's2'];
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({
    store: { kind: 'memory' },
    host: '127.0.0.1',
    port: 0,
    logger: new SilentLogger(),
  });
});

afterAll(() => server.stop());

/** A pessimistic task whose source s1 has reported while s2 is missing. */
async function waiting(task: string): Promise<PlainWorker> {
  await operate(server.url, 'putTask', { name: task, mode: 'PESSIMISTIC', sources: SOURCES });
  const worker = new PlainWorker(server.url, 'w', task, 's1', 'PESSIMISTIC');
  await worker.register();
  await worker.reportSource([ADD], '1');
  return worker;
}

/** An optimistic task with a table that waits for a person. */
async function conflicting(task: string): Promise<PlainWorker> {
  const worker = new PlainWorker(server.url, 'w', task, 's1', 'OPTIMISTIC');
  await worker.register();
  const tables = ['t1', 't2'].map((table) => ({ schema: 'db', table }));
  await worker.putTables(tables.map((table) => ({ ...table, createTable: BEFORE })));
  for (const [index, type] of ['INT', 'VARCHAR(10)'].entries())
    await worker.report(tables[index]!, BEFORE, [`${ADD.slice(0, -3)}${type}`], `${index}`);
  return worker;
}

/** What is done by hand, on a task of its own. */
interface Case {
  readonly mutation: Parameters<typeof operate>[1];
  readonly kind: string;
  readonly prepare: (task: string) => Promise<PlainWorker>;
  readonly input: (task: string) => object;
  /** What makes another request of it. */
  readonly otherwise: object;
  /** What its rehearsal plans, in this order; absent: its answer has no plan. */
  readonly plan?: readonly object[];
}

const CASES: readonly Case[] = [
  {
    mutation: 'putTask',
    kind: 'PUT_TASK',
    prepare: waiting,
    input: (name) => ({ name, mode: 'PESSIMISTIC', sources: ['s1', 's3', 's4'] }),
    otherwise: { sources: ['s9'] },
  },
  {
    mutation: 'unlock',
    kind: 'UNLOCK_OPTIMISTIC',
    prepare: conflicting,
    input: (task) => ({ lockId: lockOf(task), action: 'SKIP' }),
    otherwise: { action: 'EXEC' },
    plan: [
      { kind: 'PUT', record: 'OPERATION', sourceId: 's1', upstreamTable: { schema: 'db', table: 't2' }, ddls: [] },
    ],
  },
  {
    mutation: 'unlock',
    kind: 'UNLOCK_PESSIMISTIC',
    prepare: waiting,
    input: (task) => ({ lockId: lockOf(task), forceRemove: true, waitMs: 100 }),
    otherwise: { forceRemove: false },
    plan: [
      { kind: 'LATER', record: 'OTHER', sourceId: 's2' },
      { kind: 'LATER', record: 'OPERATION', sourceId: 's1', exec: true },
      { kind: 'LATER', record: 'LOCK', sourceId: null },
    ],
  },
  {
    mutation: 'break',
    kind: 'BREAK',
    prepare: waiting,
    input: (task) => ({ task, source: 's1', action: 'SKIP', force: true, removeLockId: lockOf(task), waitMs: 100 }),
    otherwise: { action: 'EXEC' },
    plan: [
      { kind: 'PUT', record: 'OPERATION', sourceId: 's1', upstreamTable: null, ddls: [ADD], exec: false },
      { kind: 'LATER', record: 'OTHER' },
    ],
  },
  {
    mutation: 'removeMeta',
    kind: 'REMOVE_META',
    prepare: waiting,
    input: (task) => ({ task, force: true }),
    otherwise: { sources: ['s1'] },
  },
  {
    mutation: 'exclude',
    kind: 'EXCLUDE_SOURCE',
    prepare: waiting,
    input: (task) => ({ task, source: 's2' }),
    otherwise: { undo: true },
  },
  {
    mutation: 'retry',
    kind: 'RETRY_INFO',
    prepare: conflicting,
    input: (task) => ({ task, source: 's1', schema: 'db', table: 't2' }),
    otherwise: { table: 't1' },
  },
];

const stored = (): Promise<JsonObject[]> =>
  ask<{ nodes: JsonObject[] }>(
    server.url,
    '{ shardActions(first: 1000) { nodes { id kind state actor reason taskName endedAt } } }',
  ).then(({ nodes }) => nodes);

/** The action's record in an answer, also in that of one that workers let fail. */
const idOf = (answer: JsonObject): unknown =>
  (answer['action'] as JsonObject | undefined)?.['id'] ?? answer['actionId'] ?? null;

describe.each(CASES)('$kind', ({ mutation, kind, prepare, input, otherwise, plan }) => {
  it('can be rehearsed, keeps who and why, and is done once for one key', async () => {
    const task = `by-hand-${kind.toLowerCase()}`;
    const worker = await prepare(task);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [before, pending] = [await stored(), await worker.pending()];
    const rehearsed = await operate(server.url, mutation, { ...input(task), dryRun: true, reason: 'to see' });
    expect(rehearsed).toMatchObject({ dryRun: true, action: { id: null, kind } });
    const changes = rehearsed['changes'] as string[];
    expect(changes.length).toBeGreaterThan(0);
    // People are told of things, not of keys.
    expect(changes.join()).not.toMatch(/\/lockstep|\/dm-master/u);
    if (plan !== undefined) {
      expect(rehearsed['plan']).toMatchObject(plan);
      for (const { sentence } of rehearsed['plan'] as JsonObject[]) expect(changes).toContain(sentence);
    }
    expect([await stored(), await worker.pending()]).toEqual([before, pending]);

    const once = { ...input(task), reason: 'it must be', idempotencyKey: `key of ${task}` };
    const [first, second] = [await operate(server.url, mutation, once), await operate(server.url, mutation, once)];
    expect(second['__typename']).toBe(first['__typename']);
    expect(idOf(second)).toBe(idOf(first));
    const told = { kind: 'LOCK_UNLOCKED', actionId: idOf(first), lockId: lockOf(task) };
    if (mutation === 'unlock') {
      expect(rehearsed).toMatchObject({ event: null });
      for (const answer of [first, second]) expect(answer).toMatchObject({ event: told, plan: [] });
    }
    const mine = (await stored()).filter(({ taskName, reason }) => taskName === task && reason !== '');
    expect(mine).toMatchObject([{ kind, actor: 'anonymous', reason: 'it must be', endedAt: expect.any(String) }]);
    const other = await operate(server.url, mutation, { ...once, ...otherwise });
    expect(other).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });

    // How long one waits makes no other request of it, and the result is kept when all that it was about has gone.
    const patient = await operate(server.url, mutation, { ...once, waitMs: 123 });
    await operate(server.url, 'removeMeta', { task, force: true });
    const late = await operate(server.url, mutation, once);
    for (const answer of [patient, late]) {
      expect(answer['__typename']).toBe(first['__typename']);
      expect(idOf(answer)).toBe(idOf(first));
    }
  });
});
