import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import type { Identity } from '../core/model/identity';
import type { CoordinatorService } from '../coordinator/service';
import type { Authenticator } from '../identity/authenticator';
import { OpenAuthenticator } from '../identity/open-authenticator';
import type { Logger } from '../ports/logger';
import { presentError } from './errors/top-level-error';
import { SharedSubscriptions } from './feed/shared-subscriptions';
import type { FeedLimits } from './feed/feed-sink';
import type { RequestContext } from './request-context';
import { buildShardSchema } from './schema';
import { DocumentCache } from './transport/document-cache';
import { GraphqlSse } from './transport/graphql-sse';
import { GRAPHQL_PATH, GraphqlHttpServer } from './transport/http-server';
import { Playground } from './transport/playground';
import { GraphqlWebSockets } from './transport/websocket';

/** What a GraphQL server needs. */
export interface GraphqlServerOptions {
  readonly service: CoordinatorService;
  readonly logger: Logger;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** The largest request over HTTP, and the largest message over a WebSocket. */
  readonly maxRequestBytes?: number;
  /** Says who clients are; absent: nobody has to say it. */
  readonly authenticator?: Authenticator;
  /** How much patience there is with slow subscribers of events. */
  readonly feedLimits?: FeedLimits;
  /** Whether there is a page for trying requests out; for development. */
  readonly playground?: boolean;
}

/** The default of `maxRequestBytes`: 1 MiB. */
const MAX_REQUEST_BYTES = 1_048_576;

/** A coordinator's GraphQL API on a socket: HTTP and WebSockets at one path, and the health of the process. */
export class GraphqlServer {
  private constructor(
    readonly address: AddressInfo,
    private readonly http: GraphqlHttpServer,
    private readonly apollo: ApolloServer<RequestContext>,
  ) {}

  /** Listen and serve. @throws LockstepError INVALID_INPUT if the address can't be listened on */
  static async start(options: GraphqlServerOptions): Promise<GraphqlServer> {
    const { service, logger, host, port, maxRequestBytes } = options;
    const authenticator = options.authenticator ?? new OpenAuthenticator();
    const schema = buildShardSchema();
    const present = (error: GraphQLError): GraphQLError => presentError(error, logger, randomUUID);
    const apollo = new ApolloServer<RequestContext>({
      schema,
      includeStacktraceInErrorResponses: false,
      introspection: true,
      stopOnTerminationSignals: false,
      formatError: (formatted, error) => formatForHttp(formatted, error, present),
      plugins: [ApolloServerPluginLandingPageDisabled()],
      logger: quietLogger(logger),
    });
    await apollo.start();
    const audit = (refused: object, reason: string): void =>
      logger.warn({ audit: true, ...refused }, `a mutation was refused: ${reason}`);
    const contextOf = (identity: Identity): RequestContext => ({ service, identity, actor: identity.actor, audit });
    const maxBytes = maxRequestBytes ?? MAX_REQUEST_BYTES;
    const reportDefect = (error: unknown): void => logger.error({ err: error }, 'a request could not be answered');
    const show = (errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] =>
      errors.map((error) => present(error).toJSON());
    const documents = new DocumentCache(schema);
    const subscriptions = new SharedSubscriptions({
      show,
      reportDefect,
      ...(options.feedLimits === undefined ? {} : { limits: options.feedLimits }),
    });
    const shared = { schema, documents, subscriptions, authenticator, contextOf, show, reportDefect };
    const playground = options.playground === true ? await Playground.load(GRAPHQL_PATH) : null;
    const http = new GraphqlHttpServer({
      apollo,
      authenticator,
      contextOf,
      maxBodyBytes: maxBytes,
      service,
      webSockets: new GraphqlWebSockets({ ...shared, maxMessageBytes: maxBytes }),
      streams: new GraphqlSse({ ...shared, maxBodyBytes: maxBytes }),
      playground,
      reportDefect,
    });
    return new GraphqlServer(await http.listen(host, port), http, apollo);
  }

  /** Close subscriptions, finish requests, and let go of the address. */
  async stop(): Promise<void> {
    await this.http.close();
    await this.apollo.stop();
  }
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

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
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
