import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Logger } from '../ports/logger';
import { toError } from './errors/to-error';
import { withoutGuess } from './errors/top-level-error';
import { apolloGate } from './limits/apollo-gate';
import type { Limits } from './limits/limits';
import { PersistedQueries } from './limits/persisted-queries';
import type { RequestGate } from './limits/request-gate';
import type { RequestContext } from './request-context';
import type { DocumentCache } from './transport/document-cache';

/** What Apollo's server is made of. */
export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly gate: RequestGate;
  readonly documents: DocumentCache;
  readonly limits: Limits;
  readonly introspection: boolean;
  /** Whether routers get traces when they ask for them. */
  readonly traces: boolean;
  /** What a client is told of an error. */
  readonly present: (error: GraphQLError) => GraphQLError;
  readonly logger: Logger;
}

/** Apollo's server, which carries out queries and mutations over HTTP and adds nothing of its own accord. */
export function makeApollo(options: ApolloOptions): ApolloServer<RequestContext> {
  const { schema, gate, documents, limits, introspection, traces, present, logger } = options;
  return new ApolloServer<RequestContext>({
    schema,
    includeStacktraceInErrorResponses: false,
    introspection,
    hideSchemaDetailsFromClientErrors: !introspection,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    documentStore: documents,
    persistedQueries: { cache: new PersistedQueries(limits['persisted-bytes']) },
    formatError: (formatted, error) => {
      const shown = formatForHttp(formatted, error, present);
      return introspection ? shown : withoutGuess(shown);
    },
    plugins: [...quietPlugins(traces), apolloGate(gate, (query) => void documents.read(query))],
    logger: quietLogger(logger),
  });
}

/** Apollo's own plugins would add pages, headers and reports of their own accord. */
function quietPlugins(traces: boolean): ApolloServerPlugin[] {
  return [
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    // Where traces are on, a router gets one if it asks for it; texts of errors are left out of it.
    traces
      ? ApolloServerPluginInlineTrace({ includeErrors: { masked: true } })
      : ApolloServerPluginInlineTraceDisabled(),
  ];
}

/** Apollo gives the error as it found it; bad requests keep the codes that Apollo gave them. */
function formatForHttp(
  formatted: GraphQLFormattedError,
  error: unknown,
  present: (error: GraphQLError) => GraphQLError,
): GraphQLFormattedError {
  if (!(error instanceof GraphQLError))
    return present(new GraphQLError('failed', { originalError: toError(error) })).toJSON();
  const shown = present(error);
  return shown === error ? formatted : shown.toJSON();
}

/** Apollo's own messages, in the form of our log. */
function quietLogger(logger: Logger): Record<'debug' | 'info' | 'warn' | 'error', (message?: string) => void> {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (message) => logger.warn({}, String(message)),
    error: (message) => logger.error({}, String(message)),
  };
}
