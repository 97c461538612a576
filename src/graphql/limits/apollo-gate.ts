import { HeaderMap } from '@apollo/server';
import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { topLevelError } from '../errors/top-level-error';
import type { RequestContext } from '../request-context';
import { refusalIn } from './answer-size';
import type { RequestGate } from './request-gate';

/**
 * The gate before Apollo's execution: there the variables are known, and documents that were named by their hash.
 * @param read reads a document, so that Apollo finds it among those that are kept
 */
export function apolloGate(gate: RequestGate, read: (query: string) => void): ApolloServerPlugin<RequestContext> {
  const listener: GraphQLRequestListener<RequestContext> = {
    didResolveSource: ({ source, request }) => {
      // What was sent as text was read before Apollo was asked.
      if (request.query === undefined) read(source);
      return Promise.resolve();
    },
    didResolveOperation: async ({ document, operation, request, contextValue }) => {
      const asked = [document, request.operationName ?? null, request.variables ?? {}] as const;
      const error =
        operation?.operation === OperationTypeNode.SUBSCRIPTION
          ? topLevelError('INVALID_INPUT', 'subscriptions are sent over a WebSocket, or to /graphql/stream')
          : gate.refuse(...asked);
      if (error !== null) throw withStatus(error);
      if (gate.isHeavy(...asked) && (await contextValue.takeTurn?.()) === false)
        throw withStatus(topLevelError('INVALID_INPUT', 'the client has gone'));
    },
    willSendResponse: ({ errors, response: { body, http } }) => {
      const refused = refusalIn(errors);
      if (refused !== null && body.kind === 'single') {
        body.singleResult = { errors: [refused.toJSON()] };
        http.status = 400;
      }
      return Promise.resolve();
    },
  };
  return { requestDidStart: () => Promise.resolve(listener) };
}

/** Apollo takes errors without a status for its own. */
function withStatus({ message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 400, headers: new HeaderMap() } } });
}
