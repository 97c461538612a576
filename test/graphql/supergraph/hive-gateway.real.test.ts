import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PlainSubscription, ask } from '../plain-client';
import type { JsonObject } from '../plain-client';
import { until } from '../operator-requests';
import { PlainWorker, lockOf } from '../plain-worker';
import { HiveGateway } from './hive-gateway';
import { EventStream } from './event-stream';
import { ROUTER_TOKEN, SupergraphWorld } from './supergraph-world';

// A busy machine may take that long.
jest.setTimeout(60_000);

const README = join(__dirname, '..', '..', '..', 'src', 'graphql', 'README.md');
const CREATE = 'CREATE TABLE t (id INT NOT NULL PRIMARY KEY)';
const TABLE = { schema: 'db', table: 't' };
const add = (column: string, type: string): string =>
  `ALTER TABLE \`shard_db\`.\`shard_table\` ADD COLUMN \`${column}\` ${type}`;

/** The configuration that the README recommends. */
const [, RECIPE = ''] = /^ *```js\n( *\/\/ gateway\.config\.mjs[^`]*)```/mu.exec(readFileSync(README, 'utf8')) ?? [];

/** It with each way in which the router may subscribe at lockstep. */
const CONFIGS = {
  WebSockets: RECIPE,
  'server-sent events': RECIPE.replace(/^.*kind: 'ws'.*\n/mu, '').replace('// or: ', ''),
};

const FEED = `subscription ($task: ID!) {
  shardLockEvents(filter: {task: $task}) {
    __typename
    ... on ShardLocksSnapshot { locks { id runbook task { onCall } } }
    ... on ShardLockEvents { events { kind task { name onCall } lock { state runbook } } }
  }
}`;

interface FeedItem {
  readonly __typename: string;
  readonly locks?: JsonObject[];
  readonly events?: JsonObject[];
}

describe.each(Object.entries(CONFIGS))('behind a router that subscribes over %s', (transport, config) => {
  const kind = transport === 'WebSockets' ? 'ws' : 'http';
  const task = transport === 'WebSockets' ? 'task-ws' : 'task-sse';
  let world: SupergraphWorld;
  let gateway: HiveGateway;
  let workers: PlainWorker[];

  beforeAll(async () => {
    world = await SupergraphWorld.start(task);
    gateway = await HiveGateway.start(world.supergraphSdl, config, { ROUTER_TOKEN });
    workers = ['s1', 's2'].map((source) => new PlainWorker(gateway.url, `w-${source}`, task, source, 'OPTIMISTIC'));
    for (const worker of workers) {
      expect(await worker.register()).toMatchObject({ __typename: 'ShardRegisterWorkerSuccess' });
      await worker.putTables([{ ...TABLE, createTable: CREATE }]);
    }
    await workers[0]!.report(TABLE, CREATE, [add('c1', 'INT')], '1');
  }, 120_000);

  afterAll(async () => {
    await gateway.stop();
    await world.stop();
  });

  it('the router is configured as the README says', () => {
    expect([...config.matchAll(/^(?!.*\/\/ or).*kind: '(\w+)'/gmu)].map(([, named]) => named)).toEqual([kind]);
  });

  it('tasks and locks are reached from the neighbour, and the neighbour from them', async () => {
    const fromNeighbour = await ask(
      gateway.url,
      '{ tickets { title task { name onCall mode sources { id } } lock { id state unsyncedCount runbook } } }',
    );
    const lock = { id: lockOf(task), state: 'WAITING', unsyncedCount: 1, runbook: `runbooks/${lockOf(task)}` };
    expect(fromNeighbour).toEqual([
      {
        title: 'orders stand still',
        task: { name: task, onCall: `on call for ${task}`, mode: 'OPTIMISTIC', sources: [{ id: 's1' }, { id: 's2' }] },
        lock,
      },
    ]);
    const toNeighbour = await ask(
      gateway.url,
      '{ shardLocks { nodes { id state unsyncedCount runbook task { name onCall } } } }',
    );
    expect(toNeighbour).toEqual({ nodes: [{ ...lock, task: { name: task, onCall: `on call for ${task}` } }] });
  });

  it.each([
    ['WebSockets', (variables: { task: string }) => PlainSubscription.open(gateway.url, FEED, variables)],
    ['server-sent events', (variables: { task: string }) => EventStream.open(gateway.url, FEED, variables)],
  ])(
    'clients get events over %s, with what the neighbour adds',
    async (how, open) => {
      const subscription = await open({ task });
      try {
        const snapshot = await subscription.next<FeedItem>(30_000);
        expect(snapshot.locks).toEqual([
          { id: lockOf(task), runbook: `runbooks/${lockOf(task)}`, task: { onCall: `on call for ${task}` } },
        ]);
        const column = how === 'WebSockets' ? 'c2' : 'c3';
        const reported = await workers[0]!.report(TABLE, CREATE, [add(column, 'INT')], column);
        expect(reported.__typename).toBe('ShardReportInfoSuccess');
        const told: JsonObject[] = [];
        while (!told.some(({ kind }) => kind === 'OPERATION_PUT'))
          told.push(...((await subscription.next<FeedItem>(30_000)).events ?? []));
        expect(told).toContainEqual({
          kind: 'INFO_RECEIVED',
          task: { name: task, onCall: `on call for ${task}` },
          lock: { state: 'WAITING', runbook: `runbooks/${lockOf(task)}` },
        });
      } finally {
        subscription.close();
      }
    },
    90_000,
  );

  it('what an operator does is audited as his, and the router’s', async () => {
    await workers[0]!.report(TABLE, CREATE, [add('c9', 'INT')], 'before');
    await workers[1]!.report(TABLE, CREATE, [add('c9', 'VARCHAR(20)')], 'against');
    const query = `mutation ($input: ShardUnlockLockInput!) {
      unlockShardLock(input: $input) { __typename ... on ShardActionSuccess { action { id actor reason state } } }
    }`;
    const input = { lockId: lockOf(task), action: 'SKIP', sources: ['s2'], reason: 'a wrong type' };
    const unlock = async (): Promise<JsonObject> => {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user': 'alice' },
        body: JSON.stringify({ query, variables: { input } }),
      });
      return ((await response.json()) as { data: { unlockShardLock: JsonObject } }).data.unlockShardLock;
    };
    // The conflict is there once its operation is.
    const unlocked = await until(unlock, ({ __typename }) => __typename === 'ShardUnlockLockSuccess');
    const action = unlocked['action'] as JsonObject;
    expect(action).toMatchObject({ actor: 'alice via router', reason: 'a wrong type', state: 'DONE' });
    expect(
      await ask(gateway.url, 'query ($id: ID!) { shardAction(id: $id) { actor kind lockId } }', { id: action['id'] }),
    ).toEqual({ actor: 'alice via router', kind: 'UNLOCK_OPTIMISTIC', lockId: lockOf(task) });
  }, 60_000);

  it('nobody gets past the router without a token', async () => {
    const response = await fetch(world.server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-lockstep-actor': 'mallory' },
      body: JSON.stringify({ query: '{ shardCluster { phase } }' }),
    });
    expect(response.status).toBe(401);
  });

  it('nobody but lockstep is sent the token of the router', () => {
    expect(world.neighbour.authorizations.length).toBeGreaterThan(0);
    expect(world.neighbour.authorizations.filter((sent) => sent !== '')).toEqual([]);
  });
});
