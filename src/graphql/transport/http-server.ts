import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LockstepError } from '../../core/model/error';
import { invariant } from '../../core/model/invariant';
import type { CoordinatorService } from '../../coordinator/service';
import { answerGraphql } from './graphql-http';
import type { GraphqlHttpOptions } from './graphql-http';
import { GRAPHQL_STREAM_PATH } from './graphql-sse';
import type { GraphqlSse } from './graphql-sse';
import type { Playground } from './playground';
import { sendError } from './send-error';
import { refuseUpgrade } from './websocket';
import type { GraphqlWebSockets } from './websocket';

/** The one path of GraphQL, for HTTP and WebSockets. */
export const GRAPHQL_PATH = '/graphql';

/** How long requests that run may take when the server stops, in milliseconds. */
const DRAIN_MS = 10_000;

/** What a server of HTTP needs. */
export interface HttpServerOptions extends GraphqlHttpOptions {
  readonly service: CoordinatorService;
  readonly webSockets: GraphqlWebSockets;
  readonly streams: GraphqlSse;
  /** A page for trying requests out; null: there is none. */
  readonly playground: Playground | null;
  /** Tells of a defect that no answer could tell of. */
  readonly reportDefect: (error: unknown) => void;
}

/** The server of `/graphql`, `/graphql/stream`, `/livez` and `/readyz`; anything else is 404. */
export class GraphqlHttpServer {
  readonly #server: Server;
  #closing = false;

  constructor(private readonly options: HttpServerOptions) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request: IncomingMessage, socket, head) => {
      socket.on('error', () => socket.destroy());
      if (pathOf(request) === GRAPHQL_PATH) options.webSockets.upgrade(request, socket, head);
      else refuseUpgrade(socket, '404 Not Found');
    });
  }

  /**
   * Listen. Port 0 is any that is free.
   * @throws LockstepError INVALID_INPUT if the address can't be listened on
   */
  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void =>
        reject(
          new LockstepError('INVALID_INPUT', `cannot listen on ${host}:${port}: ${error.message}`, { host, port }),
        );
      this.#server.once('error', fail);
      this.#server.listen(port, host, () => {
        this.#server.off('error', fail);
        resolve();
      });
    });
    const address = this.#server.address();
    invariant(address !== null && typeof address !== 'string', 'a server of TCP has an address');
    return address;
  }

  /** Close all subscriptions, take no more requests and wait a while for those that run. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const timer = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    this.options.streams.close();
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
      await this.#route(request, response);
    } catch (error) {
      this.options.reportDefect(error);
      if (response.headersSent) response.destroy();
      else sendError(response, 500, 'INTERNAL', 'the server failed; its log has the reason');
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { service, playground } = this.options;
    const path = pathOf(request);
    switch (path) {
      case GRAPHQL_PATH:
        await answerGraphql(this.options, request, response);
        return;
      case GRAPHQL_STREAM_PATH:
        await this.options.streams.answer(request, response);
        return;
      case '/livez':
        sendHealth(response, 200, { live: true });
        return;
      case '/readyz':
        sendHealth(response, service.readiness().ready ? 200 : 503, service.readiness());
        return;
      default:
        if (playground?.owns(path) === true) await playground.answer(path, response);
        else sendHealth(response, 404, { error: `not found; GraphQL is at ${GRAPHQL_PATH}` });
    }
  }
}

function sendHealth(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.end(`${JSON.stringify(body)}\n`);
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}
