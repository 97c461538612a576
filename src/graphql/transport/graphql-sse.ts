import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError, execute } from 'graphql';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import type { Identity } from '../../core/model/identity';
import type { Asker } from '../access/asker';
import { Askers } from '../access/askers';
import type { SharedSubscriptions, Subscribed } from '../feed/shared-subscriptions';
import type { RequestReader } from './request-reader';
import { sendError } from './send-error';
import { SseStream } from './sse-stream';
import { parseStreamRequest } from './stream-request';
import type { StreamRequest } from './stream-request';
import { takeRequest } from './take-request';
import type { TakeOptions } from './take-request';

/** The path of GraphQL over server-sent events. */
export const GRAPHQL_STREAM_PATH = '/graphql/stream';

/** What serving server-sent events needs. */
export interface GraphqlSseOptions extends TakeOptions {
  readonly requests: RequestReader;
  readonly subscriptions: SharedSubscriptions;
  readonly show: (errors: readonly GraphQLError[]) => readonly GraphQLFormattedError[];
  readonly reportDefect: (error: unknown) => void;
}

/** GraphQL over server-sent events, by the protocol of `graphql-sse` with distinct connections: one request, one stream. */
export class GraphqlSse {
  readonly #streams: Askers<SseStream>;
  #isClosed = false;

  constructor(private readonly options: GraphqlSseOptions) {
    this.#streams = new Askers((stream) => stream.cut(), options.reportDefect);
  }

  /** Answer one request with a stream of its results. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const taken = await takeRequest(this.options, request, response);
    if (taken === null) return;
    const parsed = parseStreamRequest(request, taken.text);
    // A connection that is kept alive may bring a request when the server stops.
    if (this.#isClosed) sendError(response, 503, 'STORE_UNAVAILABLE', 'the server stops');
    else if (parsed.kind === 'refused') sendError(response, parsed.status, 'INVALID_INPUT', parsed.reason);
    else await this.#stream(taken.asker, parsed.request, response);
  }

  /** End every stream. */
  close(): void {
    this.#isClosed = true;
    this.#streams.close();
    for (const stream of this.#streams.connections) stream.end();
  }

  async #stream(asker: Asker, request: StreamRequest, response: ServerResponse): Promise<void> {
    const stream = new SseStream(response);
    this.#streams.add(stream, asker);
    try {
      const results = await this.#resultsOf(asker.identity, request, stream);
      if (!(Symbol.asyncIterator in results)) this.#send(stream, results);
      else await this.#sendEach(stream, results);
    } catch (error) {
      stream.sendResult({ errors: this.options.show([failure(error)]) });
    } finally {
      this.#streams.delete(stream);
      stream.end();
    }
  }

  async #resultsOf(identity: Identity, request: StreamRequest, stream: SseStream): Promise<Subscribed> {
    const { requests, subscriptions } = this.options;
    const prepared = requests.read(request, identity);
    if (prepared.kind === 'refused') return { errors: prepared.errors };
    return prepared.isSubscription
      ? await subscriptions.subscribe(prepared.request, stream)
      : await execute(prepared.request);
  }

  async #sendEach(stream: SseStream, results: AsyncIterableIterator<ExecutionResult>): Promise<void> {
    stream.onClose(() => void results.return?.().catch(this.options.reportDefect));
    for await (const result of results) {
      this.#send(stream, result);
      await stream.drained();
    }
  }

  #send(stream: SseStream, { data, errors }: ExecutionResult): void {
    stream.sendResult({
      ...(data === undefined ? {} : { data }),
      ...(errors === undefined ? {} : { errors: this.options.show(errors) }),
    });
  }
}

function failure(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError('the subscription failed', { originalError });
}
