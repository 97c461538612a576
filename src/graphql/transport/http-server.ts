import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tracing } from '../../ports/tracing';
import { answerGraphql } from './graphql-http';
import type { GraphqlHttpOptions } from './graphql-http';
import { GRAPHQL_STREAM_PATH } from './graphql-sse';
import type { GraphqlSse } from './graphql-sse';
import { listen, pathOf } from './listen';
import { sendJson } from './operating-pages';
import type { OperatingPages } from './operating-pages';
import { makeListener } from './listener';
import type { ListenerOptions } from './listener';
import type { PageGuard } from './page-guard';
import type { Playground } from './playground';
import { sendError } from './send-error';
import { asksForStream } from './stream-request';
import { refuseUpgrade } from './websocket';
import type { GraphqlWebSockets } from './websocket';

/** The one path of GraphQL, for HTTP and WebSockets. */
export const GRAPHQL_PATH = '/graphql';

/** How long requests that run may take when the server stops, in milliseconds. */
const DRAIN_MS = 10_000;

/** What a server of HTTP needs. */
export interface HttpServerOptions extends GraphqlHttpOptions, ListenerOptions {
  readonly webSockets: GraphqlWebSockets;
  readonly streams: GraphqlSse;
  readonly pages: OperatingPages;
  /** A page for trying requests out; null: there is none. */
  readonly playground: Playground | null;
  readonly guard: PageGuard;
  readonly tracing: Tracing;
  /** Tells of a defect that no answer could tell of. */
  readonly reportDefect: (error: unknown) => void;
}

/** The server of `/graphql`, `/graphql/stream`, `/livez`, `/readyz` and `/metrics`; anything else is 404. */
export class GraphqlHttpServer {
  readonly #server: Server;
  #closing = false;

  constructor(private readonly options: HttpServerOptions) {
    const { guard, webSockets } = options;
    this.#server = makeListener(options, (request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket, head) => {
      socket.on('error', () => socket.destroy());
      if (!guard.isOwnName(request) || !guard.isOwnPage(request)) refuseUpgrade(socket, '403 Forbidden');
      else if (pathOf(request.url) === GRAPHQL_PATH) webSockets.upgrade(request, socket, head);
      else refuseUpgrade(socket, '404 Not Found');
    });
  }

  /**
   * Listen. Port 0 is any that is free.
   * @throws LockstepError INVALID_INPUT if the address can't be listened on
   */
  async listen(host: string, port: number): Promise<AddressInfo> {
    return await listen(this.#server, host, port);
  }

  /** Close all subscriptions, take no more requests and wait a while for those that run. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const timer = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    this.options.streams.close();
    await this.options.callbacks?.close();
    await this.options.webSockets.close();
    this.#server.closeIdleConnections();
    await closed;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that keeps its connection busy would otherwise hold up the stop.
    response.on('finish', () => {
      if (this.#closing) request.socket.end();
    });
    try {
      if (this.#mayCome(request, response)) await this.#route(request, response);
    } catch (error) {
      this.options.reportDefect(error);
      if (response.headersSent) response.destroy();
      else sendError(response, 500, 'INTERNAL', 'the server failed; its log has the reason');
    }
  }

  /** Whether it may; if not, it was answered. */
  #mayCome(request: IncomingMessage, response: ServerResponse): boolean {
    const { guard } = this.options;
    if (guard.isOwnName(request)) return !guard.allow(request, response);
    response.setHeader('connection', 'close');
    sendError(response, 403, 'FORBIDDEN', 'this server answers under the names of its own machine only');
    return false;
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pages, playground } = this.options;
    const path = pathOf(request.url);
    switch (path) {
      case GRAPHQL_PATH:
        if (asksForStream(request)) await this.options.streams.answer(request, response);
        else await this.#answerTraced(request, response);
        return;
      case GRAPHQL_STREAM_PATH:
        await this.options.streams.answer(request, response);
        return;
      default:
        if (await pages.answer(path, request, response)) return;
        if (playground?.owns(path) === true) await playground.answer(path, response);
        else sendJson(response, 404, { error: `not found; GraphQL is at ${GRAPHQL_PATH}` });
    }
  }

  /** Answer within a span that is part of the client's. Streams last too long to be spans. */
  async #answerTraced(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (): Promise<void> => answerGraphql(this.options, request, response);
    await this.options.tracing.traced('lockstep.graphql', {}, answer, request.headers);
  }
}
