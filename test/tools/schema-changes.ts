import { buildSubgraphSchema } from '@apollo/subgraph';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import type { Change } from '@graphql-inspector/core';
import { parse } from 'graphql';

/** Directives by which other subgraphs reach types of ours: without them what was composed composes no more. */
const COMPOSING = /^Directive '(?:key|shareable)' was removed/u;

/**
 * What clients, or other subgraphs, can rely on in the schema `before` and not in `after`, as sentences. New members of
 * unions and new values of enums break nothing: documents select by type, and name no values that they don't know.
 * @throws GraphQLError if a schema doesn't parse
 */
export async function breakingChanges(before: string, after: string): Promise<string[]> {
  const changes = await diff(schemaOf(before), schemaOf(after));
  return changes.filter(isBreaking).map(({ message }) => message);
}

function isBreaking({ criticality, message }: Change): boolean {
  return criticality.level === CriticalityLevel.Breaking || COMPOSING.test(message);
}

function schemaOf(text: string): ReturnType<typeof buildSubgraphSchema> {
  return buildSubgraphSchema({ typeDefs: parse(text) });
}
