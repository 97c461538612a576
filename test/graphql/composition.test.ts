import { describe, expect, it } from '@jest/globals';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { buildShardSchema, printShardSchema } from '../../src/graphql/schema';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])';

/** A neighbour that uses every plain word of ours for something else, and extends our tasks. */
const NEIGHBOUR = `${LINK}
type Query { task(id: ID!): Task  tasks(first: Int): TaskConnection  lock(id: ID!): Lock  source(id: ID!): Source  worker: Worker  cluster: String }
type Mutation { unlock(id: ID!): Boolean  putTask(name: String!): Task }
type Task @key(fields: "id") { id: ID!  title: String!  state: LockState }
type TaskConnection { nodes: [Task!]!  pageInfo: PageInfo! }
type PageInfo @shareable { hasNextPage: Boolean!  hasPreviousPage: Boolean!  startCursor: String  endCursor: String }
type Lock { id: ID!  door: String! }
type Source { id: ID!  river: String! }
type Worker { id: ID!  salary: Float }
interface UserError { code: Int! }
enum LockState { OPEN SHUT }
scalar DateTime
scalar Revision
type ShardTask @key(fields: "name") { name: ID!  ticket: Task }
`;

const ours = parse(printShardSchema(buildShardSchema()));
const compose = (neighbour: string): ReturnType<typeof composeServices> =>
  composeServices([
    { name: 'lockstep', typeDefs: ours },
    { name: 'neighbour', typeDefs: parse(neighbour) },
  ]);

describe('the subgraph', () => {
  it('composes with a neighbour that uses the same plain words', () => {
    const { errors, supergraphSdl } = compose(NEIGHBOUR);
    expect(errors ?? []).toEqual([]);
    expect(supergraphSdl).toContain('@tag(name: "lockstep-operator")');
  });

  it('would be told of a collision', () => {
    const { errors } = compose(`${LINK}\ntype Query { x: ShardLock }\ntype ShardLock { id: Int! }`);
    expect(errors?.length).toBeGreaterThan(0);
  });
});
