import { createClient } from 'graphql-ws';
import type { Client, ClientOptions } from 'graphql-ws';
import { WebSocket as NodeWebSocket } from 'ws';
import { LockstepError } from '../../src/core/model/error';
import { traceHeaders } from '../telemetry';
import { SubscriptionClosed } from './transport';
import type { Transport, TransportAnswer, TransportRequest } from './transport';

/**
 * Who asks: a token, or where to get one. A function is asked before each request and connection; when the server refuses
 * a token and the function has another one by then, that is tried, so tokens may be replaced while a worker runs.
 */
export type Token = string | (() => string | Promise<string>) | null;

/** The server closes a socket with it when it doesn't know, or no longer, who asks (PROTOCOL 1.8). */
export const UNAUTHENTICATED_CODE = 4403;

/** How long a server may take to accept a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How often a connection is asked whether it still lives, in milliseconds; one that doesn't answer is lost. */
const KEEP_ALIVE_MS = 10_000;

/** How long a server may take to answer a ping, in milliseconds. */
const PONG_TIMEOUT_MS = 10_000;

/** Requests by `fetch`, the subscription over `graphql-transport-ws`; one WebSocket for all subscriptions. */
export class HttpTransport implements Transport {
  readonly #sockets: Client;
  /** The one that the newest socket was opened with. */
  #socketToken: string | null = null;

  /** @throws LockstepError INVALID_INPUT for a url that isn't http or https */
  constructor(
    private readonly url: string,
    private readonly token: Token,
  ) {
    checkUrl(url);
    this.#sockets = createClient({
      url: url.replace(/^http/u, 'ws'),
      webSocketImpl: NodeWebSocket,
      // Whoever subscribes decides whether to subscribe again.
      retryAttempts: 0,
      keepAlive: KEEP_ALIVE_MS,
      connectionAckWaitTimeout: CONNECT_TIMEOUT_MS,
      connectionParams: async () => {
        this.#socketToken = await this.#token();
        return authorization(this.#socketToken);
      },
      on: this.#watchdog(),
    });
  }

  async request(request: TransportRequest, signal: AbortSignal): Promise<TransportAnswer> {
    const token = await this.#token();
    const answer = await this.#send(request, token, signal);
    if (answer.status !== 401) return answer;
    const newest = await this.#token();
    // Once only: a function may make another one each time, and none of them be taken.
    return newest === token ? answer : await this.#send(request, newest, signal);
  }

  async #send(
    { query, variables, operationName }: TransportRequest,
    token: string | null,
    signal: AbortSignal,
  ): Promise<TransportAnswer> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...authorization(token),
        ...(await traceHeaders()),
      },
      body: JSON.stringify({ query, variables, operationName }),
      signal,
    });
    const text = await response.text();
    return { status: response.status, body: parseBody(text) };
  }

  async *subscribe(request: TransportRequest, signal: AbortSignal): AsyncGenerator {
    const payloads = this.#sockets.iterate({ ...request, variables: { ...request.variables } });
    const end = (): void => void payloads.return?.();
    signal.addEventListener('abort', end);
    try {
      for await (const payload of payloads) {
        if (signal.aborted) return;
        yield payload;
      }
    } catch (error) {
      // An `error` message: the server has ended the subscription with these.
      if (!Array.isArray(error)) throw await this.#closedBy(error);
      yield { errors: error };
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** With another token the same subscription may be accepted, so the connection is only lost. */
  async #closedBy(error: unknown): Promise<SubscriptionClosed> {
    const closed = closedBy(error);
    if (closed.code !== UNAUTHENTICATED_CODE || (await this.#token()) === this.#socketToken) return closed;
    return new SubscriptionClosed(1006, `${closed.message}; trying the token that has come since`);
  }

  async close(): Promise<void> {
    await this.#sockets.dispose();
  }

  /** Cuts a connection whose server doesn't answer a ping any more. */
  #watchdog(): NonNullable<ClientOptions['on']> {
    let socket: NodeWebSocket | null = null;
    let timer: NodeJS.Timeout | null = null;
    const stop = (): void => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
    };
    return {
      opened: (opened) => {
        socket = opened instanceof NodeWebSocket ? opened : null;
      },
      ping: (isReceived) => {
        if (!isReceived) timer ??= setTimeout(() => socket?.terminate(), PONG_TIMEOUT_MS);
      },
      pong: (isReceived) => {
        if (isReceived) stop();
      },
      closed: stop,
    };
  }

  async #token(): Promise<string | null> {
    return typeof this.token === 'function' ? await this.token() : this.token;
  }
}

function authorization(token: string | null): Readonly<Record<string, string>> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new LockstepError('INVALID_INPUT', `not the http address of a server: ${url}`, { field: 'url' });
}

/** What isn't JSON has no data, which the client tells by the status. */
function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What `graphql-ws` throws: the close event of the socket, errors of the operation, or what kept it from connecting. */
function closedBy(error: unknown): SubscriptionClosed {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number') {
    return new SubscriptionClosed(
      error.code,
      'reason' in error && typeof error.reason === 'string' ? error.reason : '',
    );
  }
  return new SubscriptionClosed(1006, error instanceof Error ? error.message : 'the connection was lost');
}
