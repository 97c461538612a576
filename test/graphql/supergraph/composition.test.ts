import { describe, expect, it, jest } from '@jest/globals';
import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByTheGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';
import type { DocumentNode } from 'graphql';
import { buildShardSchema, printShardSchema } from '../../../src/graphql/schema';
import { NEIGHBOUR } from './neighbour';

// A busy machine may take that long.
jest.setTimeout(60_000);

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])';

/** A neighbour that uses every plain word of ours for something else, and extends our tasks. */
const PLAIN_WORDS = `${LINK}
type Query { task(id: ID!): Task  tasks(first: Int): TaskConnection  lock(id: ID!): Lock  source(id: ID!): Source  worker: Worker  cluster: String }
type Mutation { unlock(id: ID!): Boolean  putTask(name: String!): Task }
type Subscription { lockEvents: LockEvent  operations: Operation }
type Task @key(fields: "id") { id: ID!  title: String!  state: LockState  mode: Mode }
type TaskConnection { nodes: [Task!]!  pageInfo: PageInfo! }
type PageInfo @shareable { hasNextPage: Boolean!  hasPreviousPage: Boolean!  startCursor: String  endCursor: String }
type Lock { id: ID!  door: String! }
type LockEvent { at: DateTime }
type Operation { surgeon: String }
type Source { id: ID!  river: String! }
type Worker { id: ID!  salary: Float }
interface UserError { code: Int! }
enum LockState { OPEN SHUT }
enum Mode { LIGHT DARK }
enum ErrorCode { TEAPOT }
scalar DateTime
scalar Revision
type ShardTask @key(fields: "name") { name: ID!  ticket: Task }
`;

/** A neighbour that knows locks by their tables. */
const BY_TABLES = `${LINK}
type Query { dashboards: [Dashboard!]! }
type Dashboard { url: String!  lock: ShardLock! }
type ShardLock @key(fields: "taskName downSchema downTable") { taskName: ID!  downSchema: String!  downTable: String!  panel: String }
`;

interface Composed {
  readonly supergraphSdl?: string | undefined;
  readonly errors?: readonly unknown[] | undefined;
}

const COMPOSERS: Readonly<Record<string, (services: { name: string; typeDefs: DocumentNode }[]) => Composed>> = {
  'Apollo’s composer': composeByApollo,
  'The Guild’s composer': composeByTheGuild,
};

const ours = parse(printShardSchema(buildShardSchema()));

describe.each(Object.entries(COMPOSERS))('for %s the subgraph', (_name, composer) => {
  const compose = (...neighbours: readonly string[]): Composed =>
    composer([
      { name: 'lockstep', typeDefs: ours },
      ...neighbours.map((neighbour, index) => ({ name: `neighbour-${index}`, typeDefs: parse(neighbour) })),
    ]);

  it.each([
    ['alone', []],
    ['with a neighbour that uses the same plain words', [PLAIN_WORDS]],
    ['with a neighbour that extends locks and tasks', [NEIGHBOUR]],
    ['with a neighbour that knows locks by their tables', [BY_TABLES]],
    ['with all of them', [PLAIN_WORDS, NEIGHBOUR, BY_TABLES]],
  ])('composes %s', (_with, neighbours) => {
    const { errors, supergraphSdl } = compose(...neighbours);
    expect(errors ?? []).toEqual([]);
    // Who may call what stays readable for routers.
    expect(supergraphSdl).toContain('@tag(name: "lockstep-operator")');
  });

  it('would be told of a collision', () => {
    const { errors } = compose(`${LINK}\ntype Query { x: ShardLock }\ntype ShardLock { id: Int! }`);
    expect(errors?.length).toBeGreaterThan(0);
  });
});
