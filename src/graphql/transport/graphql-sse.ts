import type { IncomingMessage, ServerResponse } from 'node:http';
import { ResultStreams } from './result-streams';
import type { ResultStreamsOptions } from './result-streams';
import { sendError } from './send-error';
import { SseStream } from './sse-stream';
import { parseStreamRequest } from './stream-request';
import { takeRequest } from './take-request';
import type { TakeOptions } from './take-request';

/** The path of GraphQL over server-sent events. */
export const GRAPHQL_STREAM_PATH = '/graphql/stream';

/** What serving server-sent events needs. */
export type GraphqlSseOptions = TakeOptions & ResultStreamsOptions;

/** GraphQL over server-sent events, by the protocol of `graphql-sse` with distinct connections: one request, one stream. */
export class GraphqlSse {
  readonly #streams: ResultStreams;
  #isClosed = false;

  constructor(private readonly options: GraphqlSseOptions) {
    this.#streams = new ResultStreams(options);
  }

  /** Answer one request with a stream of its results. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const taken = await takeRequest(this.options, request, response);
    if (taken === null) return;
    const parsed = parseStreamRequest(request, taken.text);
    // A connection that is kept alive may bring a request when the server stops.
    if (this.#isClosed) sendError(response, 503, 'STORE_UNAVAILABLE', 'the server stops');
    else if (parsed.kind === 'refused') sendError(response, parsed.status, 'INVALID_INPUT', parsed.reason);
    else await this.#streams.run(new SseStream(response), taken.asker, parsed.request);
  }

  /** End every stream. */
  close(): void {
    this.#isClosed = true;
    this.#streams.close();
  }
}
