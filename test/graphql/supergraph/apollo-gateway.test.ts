import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { send } from '../plain-client';
import type { JsonObject } from '../plain-client';
import { lockOf } from '../plain-worker';
import { ROUTER_TOKEN, SupergraphWorld } from './supergraph-world';

// A busy machine may take that long.
jest.setTimeout(60_000);

const TASK = 'task-apollo';

const README = join(__dirname, '..', '..', '..', 'src', 'graphql', 'README.md');

/** How the README lets a router say who it is, and for whom it speaks. */
const [RECIPE = ''] = /^ *class AsRouter[^]*?\n {3}\}/mu.exec(readFileSync(README, 'utf8')) ?? [];

const makeAsRouter = runInThisContext(`(RemoteGraphQLDataSource, process) => ${RECIPE.trim() || 'null'}`) as (
  base: typeof RemoteGraphQLDataSource,
  process: object,
) => typeof RemoteGraphQLDataSource;
const AsRouter = makeAsRouter(RemoteGraphQLDataSource, { env: { ROUTER_TOKEN } });

let world: SupergraphWorld;
let router: ApolloServer<{ user: string }>;

beforeAll(async () => {
  world = await SupergraphWorld.start(TASK);
  const gateway = new ApolloGateway({
    supergraphSdl: world.supergraphSdl,
    buildService: ({ name, url = '' }) =>
      name === 'lockstep' ? new AsRouter({ url }) : new RemoteGraphQLDataSource({ url }),
  });
  router = new ApolloServer({ gateway, stopOnTerminationSignals: false });
  await router.start();
}, 60_000);

afterAll(async () => {
  await router.stop();
  await world.stop();
});

/** What the router answers to somebody whom it knows. */
async function ask(user: string, query: string, variables: Record<string, unknown> = {}): Promise<JsonObject> {
  const { body } = await router.executeOperation({ query, variables }, { contextValue: { user } });
  if (body.kind !== 'single') throw new Error('expected one result');
  expect(body.singleResult.errors).toBeUndefined();
  return JSON.parse(JSON.stringify(body.singleResult.data)) as JsonObject;
}

describe('behind Apollo’s gateway', () => {
  it('operators act in their own names', async () => {
    const input = { name: TASK, mode: 'PESSIMISTIC', sources: ['s1', 's2'], reason: 'a new task' };
    const made = await ask(
      'alice',
      'mutation ($input: ShardPutTaskInput!) { putShardTask(input: $input) { ... on ShardActionSuccess { action { actor reason state } } } }',
      { input },
    );
    expect(made).toEqual({
      putShardTask: { action: { actor: 'alice via router', reason: 'a new task', state: 'DONE' } },
    });
  });

  it('tasks are reached from the neighbour, and the neighbour from them', async () => {
    const task = {
      name: TASK,
      mode: 'PESSIMISTIC',
      onCall: `on call for ${TASK}`,
      sources: [{ id: 's1' }, { id: 's2' }],
    };
    expect(
      await ask('bob', '{ tickets { title task { name mode onCall sources { id } } lock { id runbook } } }'),
    ).toEqual({
      tickets: [{ title: 'orders stand still', task, lock: { id: lockOf(TASK), runbook: `runbooks/${lockOf(TASK)}` } }],
    });
    expect(await ask('bob', '{ shardTasks { nodes { name mode onCall sources { id } } } }')).toEqual({
      shardTasks: { nodes: [task] },
    });
  });

  it('nobody gets past the router without a token', async () => {
    expect((await send(world.server.url, '{ shardTasks { totalCount } }')).status).toBe(401);
  });

  it('nobody but lockstep is sent the token of the router', () => {
    expect(world.neighbour.authorizations.length).toBeGreaterThan(0);
    expect(world.neighbour.authorizations.filter((sent) => sent !== '')).toEqual([]);
  });
});
