import { buildSubgraphSchema, printSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, createResolversMap } from 'type-graphql';
import { invariant } from '../core/model/invariant';
import { guardSchema } from './access/guard-schema';
import { entityResolvers } from './resolvers/entities';
import { EventQueries, LockEventFields } from './resolvers/event-queries';
import { ExplainQuery } from './resolvers/explain-query';
import { LockFields, ParticipantFields, WaitReasonFields } from './resolvers/lock-fields';
import { LockFeedSubscription } from './resolvers/lock-feed-subscription';
import { EventFields, OperationFields, SourceFields, TaskFields, WorkerFields } from './resolvers/object-fields';
import { OperatorMutations } from './resolvers/operator-mutations';
import { Queries } from './resolvers/queries';
import { Subscriptions } from './resolvers/subscriptions';
import { WorkerMutations } from './resolvers/worker-mutations';
import { EVENT_TYPES } from './types/lock-event';
import { typeDefinitionsOf } from './type-definitions';

/** Subscriptions name their own source, but type-graphql wants to be given one. */
const NO_TOPICS = { publish: () => undefined, subscribe: () => noTopics() };

function noTopics(): never {
  throw new Error('subscriptions have their own sources');
}

/** The executable schema of the subgraph: decorated classes, then federation's fields. Needs no server. */
export function buildShardSchema(): GraphQLSchema {
  const plain = buildSchemaSync({
    resolvers: [
      Queries,
      ExplainQuery,
      OperatorMutations,
      WorkerMutations,
      EventQueries,
      Subscriptions,
      LockFeedSubscription,
      LockEventFields,
      LockFields,
      ParticipantFields,
      WaitReasonFields,
      EventFields,
      OperationFields,
      WorkerFields,
      TaskFields,
      SourceFields,
    ],
    orphanedTypes: [...EVENT_TYPES],
    pubSub: NO_TOPICS,
    validate: false,
    // Federation's directives are known only to the schema that is made of this one.
    skipCheck: true,
  });
  // The two libraries mean the same map but type it differently.
  const resolvers: GraphQLResolverMap<unknown> = {};
  Object.assign(resolvers, createResolversMap(plain));
  for (const [type, entity] of Object.entries(entityResolvers)) Object.assign(resolvers[type] ?? {}, entity);
  const schema = buildSubgraphSchema([{ typeDefs: typeDefinitionsOf(plain), resolvers }]);
  guardSchema(schema);
  resolveAtOnce(schema);
  return schema;
}

/**
 * Items of events resolve without waiting: their arguments were read when the subscription began, and type-graphql would
 * read them again for each item, as a promise.
 */
function resolveAtOnce(schema: GraphQLSchema): void {
  const field = schema.getSubscriptionType()?.getFields()['shardLockEvents'];
  invariant(field !== undefined, 'the subscription to events is there');
  field.resolve = (item: unknown) => item;
}

/** The schema as text, as `schema/schema.graphql` holds it and routers compose it. */
export function printShardSchema(schema: GraphQLSchema): string {
  return `${printSubgraphSchema(schema).trimEnd()}\n`;
}
