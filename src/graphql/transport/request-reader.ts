import { OperationTypeNode, getOperationAST } from 'graphql';
import type { GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Identity } from '../../core/model/identity';
import { topLevelError } from '../errors/top-level-error';
import type { SubscribeRequest } from '../feed/shared-subscriptions';
import type { Variables } from '../limits/document-cost';
import type { RequestGate } from '../limits/request-gate';
import type { RequestContext } from '../request-context';
import type { DocumentCache } from './document-cache';

/** A document with its variables, as a client sent it. */
export interface SentRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** A request that may be executed, or why it may not. */
export type PreparedRequest =
  | {
      readonly kind: 'request';
      readonly request: SubscribeRequest;
      readonly isSubscription: boolean;
      /** Whether it takes turns with others. */
      readonly isHeavy: boolean;
    }
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLError[] };

/** What reading requests needs. */
export interface RequestReaderOptions {
  readonly schema: GraphQLSchema;
  readonly documents: DocumentCache;
  readonly gate: RequestGate;
  readonly contextOf: (identity: Identity) => RequestContext;
  /** Whether errors name what the schema has that is spelt alike. */
  readonly introspection: boolean;
}

/** Makes requests of what clients send over connections that stay open. */
export class RequestReader {
  constructor(private readonly options: RequestReaderOptions) {}

  read({ query, operationName = null, variables }: SentRequest, identity: Identity): PreparedRequest {
    const { schema, documents, gate, contextOf, introspection } = this.options;
    const read = documents.read(query);
    if (read.kind === 'invalid') return { kind: 'refused', errors: read.errors };
    const { document } = read;
    const operation = getOperationAST(document, operationName);
    if (operation == null) return refused(topLevelError('INVALID_INPUT', 'name one of the operations of the document'));
    const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
    const variableValues = declaredOf(operation, variables ?? {});
    const error =
      gate.refuse(document, operationName, variableValues) ??
      (isSubscription ? gate.refuseSubscription(query, variableValues) : null);
    if (error !== null) return refused(error);
    const contextValue = contextOf(identity);
    const request = { schema, document, operationName, variableValues, contextValue, hideSuggestions: !introspection };
    return { kind: 'request', request, isSubscription, isHeavy: gate.isHeavy(document, operationName, variableValues) };
  }
}

/** The variables that the operation knows: others mean nothing, and would be kept with a subscription. */
function declaredOf({ variableDefinitions = [] }: OperationDefinitionNode, sent: Variables): Variables {
  const names = variableDefinitions.map(({ variable }) => variable.name.value);
  return Object.fromEntries(names.filter((name) => Object.hasOwn(sent, name)).map((name) => [name, sent[name]]));
}

function refused(error: GraphQLError): PreparedRequest {
  return { kind: 'refused', errors: [error] };
}
