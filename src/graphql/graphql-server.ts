import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { ANYBODY } from '../core/model/identity';
import type { Identity } from '../core/model/identity';
import type { CoordinatorService } from '../coordinator/service';
import type { Authenticator } from '../identity/authenticator';
import { isLoopback } from '../identity/exposure';
import { OpenAuthenticator } from '../identity/open-authenticator';
import { LOCAL_PROXIES, networkOf } from '../identity/remote-address';
import type { Proxies } from '../identity/remote-address';
import type { TlsMaterial } from '../identity/tls-files';
import type { WatchedFiles } from '../identity/watched-files';
import type { Logger } from '../ports/logger';
import { NO_METRICS } from '../ports/metrics';
import type { ConnectionLimit, Metrics, MetricsPage } from '../ports/metrics';
import { NO_TRACING } from '../ports/tracing';
import type { Tracing } from '../ports/tracing';
import { makeApollo } from './apollo';
import { presentError, withoutGuess } from './errors/top-level-error';
import { SharedSubscriptions } from './feed/shared-subscriptions';
import type { FeedLimits } from './feed/feed-sink';
import { boundAnswers } from './limits/answer-size';
import { HeavyTurns } from './limits/heavy-turns';
import { DEFAULT_LIMITS } from './limits/limits';
import type { Limits } from './limits/limits';
import { MutationRate } from './limits/mutation-rate';
import { RefusalAudit } from './limits/refusal-audit';
import { RequestGate } from './limits/request-gate';
import type { Safelist } from './limits/safelist';
import type { RequestContext } from './request-context';
import { buildShardSchema } from './schema';
import { DocumentCache } from './transport/document-cache';
import { GraphqlCallbacks } from './transport/graphql-callbacks';
import { GraphqlSse } from './transport/graphql-sse';
import { GRAPHQL_PATH, GraphqlHttpServer } from './transport/http-server';
import { OperatingPages } from './transport/operating-pages';
import { PageGuard } from './transport/page-guard';
import { RequestReader } from './transport/request-reader';
import { Playground } from './transport/playground';
import { GraphqlWebSockets } from './transport/websocket';

/** What a GraphQL server needs. */
export interface GraphqlServerOptions {
  readonly service: CoordinatorService;
  readonly logger: Logger;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** How much is taken, where it isn't the default. */
  readonly limits?: Partial<Limits> | undefined;
  /** The certificate; absent: connections aren't encrypted. */
  readonly tls?: WatchedFiles<TlsMaterial> | undefined;
  /** Behind whose addresses there are many clients; absent: those of this machine. */
  readonly proxies?: Proxies | undefined;
  /** Origins of pages that may send requests; absent: only pages of this server. */
  readonly origins?: readonly string[] | undefined;
  /** The only documents that are executed; absent: any. */
  readonly safelist?: Safelist | undefined;
  /** Below which addresses routers may be told results by callbacks, each ending with a slash; absent: nowhere. */
  readonly callbackPrefixes?: readonly string[] | undefined;
  /** Whether clients may ask for the schema, and errors suggest what it has; for development. */
  readonly introspection?: boolean | undefined;
  /** Whether routers get traces when they ask for them. */
  readonly traces?: boolean | undefined;
  /** Says who clients are; absent: nobody has to say it. */
  readonly authenticator?: Authenticator;
  /** How much patience there is with slow subscribers of events. */
  readonly feedLimits?: FeedLimits;
  /** Whether there is a page for trying requests out; for development. */
  readonly playground?: boolean | undefined;
  /** Where it tells of subscribers; nowhere if absent. */
  readonly metrics?: Metrics;
  /** Where it tells what a request does; nowhere if absent. */
  readonly tracing?: Tracing;
  /** What `/metrics` shows; absent: there is no such page. */
  readonly metricsPage?: MetricsPage;
}

/** A coordinator's GraphQL API on a socket: HTTP and WebSockets at one path, and the health of the process. */
export class GraphqlServer {
  private constructor(
    readonly address: AddressInfo,
    private readonly http: GraphqlHttpServer,
    private readonly apollo: ApolloServer<RequestContext>,
  ) {}

  /** Listen and serve. @throws LockstepError INVALID_INPUT if the address can't be listened on */
  static async start(options: GraphqlServerOptions): Promise<GraphqlServer> {
    const { service, logger, host, port, introspection = false, callbackPrefixes: prefixes = [] } = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const authenticator = options.authenticator ?? new OpenAuthenticator();
    const schema = buildShardSchema();
    boundAnswers(schema, limits);
    const present = (error: GraphQLError): GraphQLError => presentError(error, logger, randomUUID);
    const gate = new RequestGate(schema, limits, options.safelist ?? null);
    const documents = new DocumentCache({ schema, gate, introspection });
    const traces = options.traces ?? false;
    const metrics = options.metrics ?? NO_METRICS;
    const apollo = makeApollo({ schema, gate, documents, limits, introspection, traces, present, logger });
    await apollo.start();
    const audit = new RefusalAudit(logger, nowMs);
    const onStranger = ({ socket: { remoteAddress = '' } }: IncomingMessage): void =>
      audit.tell(networkOf(remoteAddress), { remoteAddress }, 'a client was refused: nobody knows who it is');
    const onCut = (remoteAddress: string, limit: ConnectionLimit): void => {
      metrics.cutConnection(limit);
      audit.tell(networkOf(remoteAddress), { remoteAddress, limit }, 'a connection was closed: it is beyond a limit');
    };
    const contextOf = makeContexts(service, audit, limits);
    const reportDefect = (error: unknown): void => logger.error({ err: error }, 'a request could not be answered');
    const show = (errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] =>
      errors.map((error) => (introspection ? present(error).toJSON() : withoutGuess(present(error).toJSON())));
    const requests = new RequestReader({ schema, documents, gate, contextOf, introspection });
    const turns = new HeavyTurns();
    const subscriptions = new SharedSubscriptions({
      turns,
      show,
      reportDefect,
      metrics,
      ...(options.feedLimits === undefined ? {} : { limits: options.feedLimits }),
    });
    const maxBodyBytes = limits['body-bytes'];
    const shared = {
      requests,
      subscriptions,
      turns,
      authenticator,
      onStranger,
      show,
      limits,
      maxBodyBytes,
      reportDefect,
    };
    const playground = options.playground === true ? await Playground.load(GRAPHQL_PATH) : null;
    const http = new GraphqlHttpServer({
      ...shared,
      apollo,
      documents,
      contextOf,
      tracing: options.tracing ?? NO_TRACING,
      pages: new OperatingPages({ service, authenticator, onStranger, metrics: options.metricsPage ?? null }),
      webSockets: new GraphqlWebSockets(shared),
      callbacks: prefixes.length === 0 ? null : new GraphqlCallbacks({ ...shared, prefixes }),
      streams: new GraphqlSse(shared),
      playground,
      tls: options.tls ?? null,
      proxies: options.proxies ?? LOCAL_PROXIES,
      onCut,
      guard: new PageGuard({
        origins: options.origins ?? [],
        isLocal: authenticator instanceof OpenAuthenticator && isLoopback(host),
      }),
    });
    try {
      return new GraphqlServer(await http.listen(host, port), http, apollo);
    } catch (error) {
      // What looks at connections from time to time would keep the process alive.
      await stopAll(http, apollo);
      throw error;
    }
  }

  /** Close subscriptions, finish requests, and let go of the address. */
  async stop(): Promise<void> {
    await stopAll(this.http, this.apollo);
  }
}

async function stopAll(http: GraphqlHttpServer, apollo: ApolloServer<RequestContext>): Promise<void> {
  await http.close();
  await apollo.stop();
}

/** For durations. */
function nowMs(): number {
  return performance.now();
}

/** Makes the context of each request: what it may do, and what is kept of what it may not. */
function makeContexts(
  service: CoordinatorService,
  audit: RefusalAudit,
  limits: Limits,
): (identity: Identity) => RequestContext {
  const workers = new MutationRate(limits['worker-mutations'], nowMs);
  const operators = new MutationRate(limits['operator-mutations'], nowMs);
  return (identity) => ({
    service,
    identity,
    actor: identity.actor,
    // Where nobody says who he is, all are one.
    admits: (kind) => (kind === 'worker' || identity === ANYBODY ? workers : operators).admits(identity.actor),
    audit: (refused, reason) => audit.tell(identity.actor, refused, `a mutation was refused: ${reason}`),
  });
}
