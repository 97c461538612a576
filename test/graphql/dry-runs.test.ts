import { describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { operate, until } from './operator-requests';
import { ask } from './plain-client';
import type { JsonObject } from './plain-client';
import { PlainWorker, lockOf } from './plain-worker';

const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY, v INT)';
const alter = (spec: string): string => `ALTER TABLE \`shard_db\`.\`shard_table\` ${spec}`;
const server = useServer();

/** A table that reports a DDL. */
type Report = readonly [source: string, spec: string];

/** An optimistic task of the sources s1, s2 and s3 with one table each, which report in this order. */
async function rollout(task: string, reports: readonly Report[]): Promise<void> {
  const workers = new Map<string, PlainWorker>();
  for (const source of ['s1', 's2', 's3']) {
    const worker = new PlainWorker(server.url, `w-${source}`, task, source, 'OPTIMISTIC');
    await worker.register();
    await worker.putTables([{ schema: source, table: 't', createTable: CREATE }]);
    workers.set(source, worker);
  }
  for (const [index, [source, spec]] of reports.entries()) {
    const worker = workers.get(source)!;
    const { revision } = await worker.report({ schema: source, table: 't' }, CREATE, [alter(spec)], `${index}`);
    await until(
      () => worker.pending(),
      (operations) => operations.some((operation) => BigInt(operation.revision) > BigInt(revision)),
    );
  }
}

async function joinedOf(task: string): Promise<string | null | undefined> {
  const query = 'query ($id: ID!) { shardLock(id: $id) { joinedSchema { createTable } } }';
  const lock = await ask<JsonObject | null>(server.url, query, { id: lockOf(task) });
  if (lock === null) return undefined;
  return (lock['joinedSchema'] as { createTable: string } | null)?.createTable ?? null;
}

function foreseen(answer: JsonObject): unknown {
  return (answer['joinedSchemas'] as JsonObject[]).map(({ lockId, joinedSchema }) => [
    lockId,
    (joinedSchema as { createTable: string } | null)?.createTable ?? null,
  ]);
}

const CONTRADICTION: readonly Report[] = [
  ['s1', 'ADD COLUMN c INT'],
  ['s2', 'ADD COLUMN c DATETIME'],
];

/** What is done in which situation, whether a column is joined afterwards, and what was done before. */
const CASES: readonly {
  readonly name: string;
  readonly reports: readonly Report[];
  readonly mutation: Parameters<typeof operate>[1];
  readonly input: (task: string) => object;
  readonly before?: (task: string) => Promise<unknown>;
  /** What the joined schema says afterwards; null: there is none. */
  readonly joined: RegExp | null;
}[] = [
  {
    name: 'unlock by exec',
    reports: CONTRADICTION,
    mutation: 'unlock',
    input: (task) => ({ lockId: lockOf(task), action: 'EXEC' }),
    joined: null,
  },
  {
    name: 'unlock by skip',
    reports: CONTRADICTION,
    mutation: 'unlock',
    input: (task) => ({ lockId: lockOf(task), action: 'SKIP' }),
    joined: /`c` int/u,
  },
  {
    name: 'a forced unlock of what waits for a redirect',
    reports: [['s1', 'RENAME COLUMN v TO w']],
    mutation: 'unlock',
    input: (task) => ({ lockId: lockOf(task), action: 'SKIP', force: true }),
    joined: /`v` int/u,
  },
  {
    name: 'exclusion',
    reports: [
      ['s1', 'ADD COLUMN c INT'],
      ['s2', 'ADD COLUMN d INT'],
    ],
    mutation: 'exclude',
    input: (task) => ({ task, source: 's2' }),
    joined: /`c` int/u,
  },
  {
    name: 'the end of an exclusion',
    reports: [
      ['s1', 'ADD COLUMN c INT'],
      ['s2', 'ADD COLUMN d INT'],
    ],
    before: (task) => operate(server.url, 'exclude', { task, source: 's2' }),
    mutation: 'exclude',
    input: (task) => ({ task, source: 's2', undo: true }),
    joined: /`d` int/u,
  },
  {
    name: 'the removal of a source',
    reports: [
      ['s1', 'ADD COLUMN c INT'],
      ['s2', 'ADD COLUMN d INT'],
    ],
    mutation: 'removeMeta',
    input: (task) => ({ task, sources: ['s2'], force: true }),
    joined: /`c` int/u,
  },
  {
    name: 'another decision',
    reports: CONTRADICTION,
    before: (task) => operate(server.url, 'exclude', { task, source: 's1' }),
    mutation: 'retry',
    input: (task) => ({ task, source: 's2', schema: 's2', table: 't' }),
    joined: /`c` datetime/u,
  },
];

describe('a dry run says what the lock would join to', () => {
  it.each(CASES)('after $name', async ({ name, reports, mutation, input, before, joined }) => {
    const task = name.replaceAll(' ', '-');
    await rollout(task, reports);
    await before?.(task);
    const rehearsed = await operate(server.url, mutation, { ...input(task), dryRun: true });
    expect(rehearsed).toMatchObject({ dryRun: true });
    const [[lockId, createTable]] = foreseen(rehearsed) as [[string, string | null]];
    expect(lockId).toBe(lockOf(task));
    if (joined === null) expect(createTable).toBeNull();
    else expect(createTable).toMatch(joined);
    const said = createTable ?? `the schemas of lock ${lockOf(task)} do not join then`;
    expect(rehearsed['changes']).toContainEqual(expect.stringContaining(said));
    const done = await operate(server.url, mutation, input(task));
    expect(done).toMatchObject({ dryRun: false, joinedSchemas: [] });
    expect(await joinedOf(task)).toBe(createTable);
  });

  it('but not of locks that would be gone', async () => {
    await rollout('gone', CONTRADICTION);
    const rehearsed = await operate(server.url, 'removeMeta', { task: 'gone', force: true, dryRun: true });
    expect(foreseen(rehearsed)).toEqual([]);
  });
});
