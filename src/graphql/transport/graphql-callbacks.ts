import type { ServerResponse } from 'node:http';
import { LockstepError } from '../../core/model/error';
import type { Asker } from '../access/asker';
import type { Limits } from '../limits/limits';
import { parseCallback } from './callback-request';
import type { CallbackRequest } from './callback-request';
import { CallbackStream } from './callback-stream';
import type { SentRequest } from './request-reader';
import { ResultStreams } from './result-streams';
import type { ResultStreamsOptions } from './result-streams';
import { sendError } from './send-error';
import { parseSentRequest } from './stream-request';

/** What telling results by callbacks needs. */
export interface GraphqlCallbacksOptions extends ResultStreamsOptions {
  /** The server calls nothing but what is below these, each ending with a slash. */
  readonly prefixes: readonly string[];
  readonly limits: Limits;
}

/** How long routers have to take the last message when the server stops, in milliseconds. */
const CLOSE_MS = 2_000;

/** What a request asks of callbacks. */
type Asked =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'asked'; readonly callback: CallbackRequest; readonly request: SentRequest };

/** Subscriptions over plain HTTP: the router that asks for one is told its results by requests to an address that it names. */
export class GraphqlCallbacks {
  readonly #streams: ResultStreams;
  readonly #open = new Set<CallbackStream>();

  constructor(private readonly options: GraphqlCallbacksOptions) {
    this.#streams = new ResultStreams(options);
  }

  /**
   * Begin a subscription, if the request asks for callbacks.
   * @returns false: it doesn't; else it was answered
   */
  async take(asker: Asker, body: unknown, response: ServerResponse): Promise<boolean> {
    const asked = this.#parse(body, response);
    if (asked.kind !== 'asked') return asked.kind === 'refused';
    const { callback, request } = asked;
    const most = this.options.limits.callbacks;
    if (this.#open.size >= most) {
      sendError(response, 429, 'TOO_MANY_REQUESTS', `more than ${most} subscriptions by callbacks are refused`);
      return true;
    }
    const stream = new CallbackStream(callback);
    this.#open.add(stream);
    stream.onClose(() => this.#open.delete(stream));
    if (!(await stream.begin())) {
      stream.cut();
      sendError(response, 400, 'INVALID_INPUT', 'the callback did not take the first message');
      return true;
    }
    response.setHeader('subscription-protocol', 'callback/1.0');
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":null}');
    void this.#streams.run(stream, asker, request).catch(this.options.reportDefect);
    return true;
  }

  /** End every subscription, and wait a moment until routers know. */
  async close(): Promise<void> {
    this.#streams.close();
    let stop: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (stop = setTimeout(resolve, CLOSE_MS)));
    await Promise.race([patience, Promise.all([...this.#open].map((stream) => stream.drained()))]);
    clearTimeout(stop);
    for (const stream of this.#open) stream.cut();
  }

  /** What is asked for; a request that is refused was answered. */
  #parse(body: unknown, response: ServerResponse): Asked {
    try {
      const callback = parseCallback(body, this.options.prefixes);
      if (callback === null) return { kind: 'nothing' };
      const sent = parseSentRequest(body);
      if (sent.kind === 'request') return { kind: 'asked', callback, request: sent.request };
      sendError(response, sent.status, 'INVALID_INPUT', sent.reason);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      sendError(response, 400, 'INVALID_INPUT', error.message);
    }
    return { kind: 'refused' };
  }
}
