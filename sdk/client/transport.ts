/** One GraphQL request. */
export interface TransportRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string;
}

/** An answer to a query or mutation: the HTTP status, and the body as JSON read it. */
export interface TransportAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Why a subscription ended, when it wasn't the worker who ended it. */
export class SubscriptionClosed extends Error {
  /** @param code that of the WebSocket's close, for example 1001: the server stops; 4401: nobody knows who asks */
  constructor(
    readonly code: number,
    readonly reason: string,
  ) {
    super(`the subscription was closed with ${code}${reason === '' ? '' : `: ${reason}`}`);
  }
}

/**
 * The way to a server. The client retries and resumes; a transport only carries. `sdk/testing` has one without sockets.
 */
export interface Transport {
  /** Send a query or mutation. Rejects if there was no answer: nobody knows then whether it was carried out. */
  request(request: TransportRequest, signal: AbortSignal): Promise<TransportAnswer>;
  /**
   * The payloads (`{data, errors}`) of a subscription until `signal` aborts, which ends it quietly. Throws
   * `SubscriptionClosed` if the connection was lost or closed, or couldn't be made. The first `next()` must subscribe.
   */
  subscribe(request: TransportRequest, signal: AbortSignal): AsyncIterable<unknown>;
  /** Close what is open; what runs ends as if its connection was lost. */
  close(): Promise<void>;
}
