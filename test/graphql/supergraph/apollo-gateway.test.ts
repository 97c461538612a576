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

let world: SupergraphWorld;
let router: ApolloServer<{ user: string }>;

beforeAll(async () => {
  world = await SupergraphWorld.start(TASK);
  const gateway = new ApolloGateway({
    supergraphSdl: world.supergraphSdl,
    buildService: ({ url }) =>
      new RemoteGraphQLDataSource<{ user?: string }>({
        ...(url === undefined ? {} : { url }),
        willSendRequest: ({ request, context }) => {
          const user: unknown = context.user;
          request.http?.headers.set('authorization', `Bearer ${ROUTER_TOKEN}`);
          if (typeof user === 'string') request.http?.headers.set('x-lockstep-actor', user);
        },
      }),
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
});
