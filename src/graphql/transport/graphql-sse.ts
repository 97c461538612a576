import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError, OperationTypeNode, execute, getOperationAST } from 'graphql';
import type { ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import type { Identity } from '../../core/model/identity';
import { Asker } from '../access/asker';
import type { Authenticator } from '../../identity/authenticator';
import type { SharedSubscriptions, Subscribed } from '../feed/shared-subscriptions';
import { topLevelError } from '../errors/top-level-error';
import type { RequestContext } from '../request-context';
import type { DocumentCache } from './document-cache';
import { identify, sendError } from './graphql-http';
import { readBody } from './http-body';
import { SseStream } from './sse-stream';
import { parseStreamRequest } from './stream-request';
import type { StreamRequest } from './stream-request';

/** The path of GraphQL over server-sent events. */
export const GRAPHQL_STREAM_PATH = '/graphql/stream';

/** What serving server-sent events needs. */
export interface GraphqlSseOptions {
  readonly schema: GraphQLSchema;
  readonly documents: DocumentCache;
  readonly subscriptions: SharedSubscriptions;
  readonly authenticator: Authenticator;
  readonly contextOf: (identity: Identity) => RequestContext;
  readonly show: (errors: readonly GraphQLError[]) => readonly GraphQLFormattedError[];
  readonly maxBodyBytes: number;
  readonly reportDefect: (error: unknown) => void;
}

/** How often clients that stay connected must prove again who they are, in milliseconds. */
const PROOF_MS = 5_000;

/** GraphQL over server-sent events, by the protocol of `graphql-sse` with distinct connections: one request, one stream. */
export class GraphqlSse {
  readonly #streams = new Map<SseStream, Asker>();
  readonly #proofs: NodeJS.Timeout;
  #isClosed = false;

  constructor(private readonly options: GraphqlSseOptions) {
    this.#proofs = setInterval(() => void this.#askAgain().catch(options.reportDefect), PROOF_MS);
  }

  /** Answer one request with a stream of its results. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authenticator, maxBodyBytes } = this.options;
    if ((await identify(authenticator, request, response)) === null) return;
    const read = await readBody(request, maxBodyBytes);
    if (read.kind === 'gone') return;
    if (read.kind === 'too-large') {
      response.setHeader('connection', 'close');
      sendError(response, 413, 'REQUEST_TOO_LARGE', `the body has more than ${maxBodyBytes} bytes`);
      return;
    }
    const parsed = parseStreamRequest(request, read.text);
    // A connection that is kept alive may bring a request when the server stops.
    if (this.#isClosed) sendError(response, 503, 'STORE_UNAVAILABLE', 'the server stops');
    else if (parsed.kind === 'refused') sendError(response, parsed.status, 'INVALID_INPUT', parsed.reason);
    else await this.#stream(await Asker.of(authenticator, request, undefined), parsed.request, response);
  }

  /** End every stream. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#proofs);
    for (const stream of this.#streams.keys()) stream.end();
  }

  async #askAgain(): Promise<void> {
    for (const [stream, asker] of this.#streams) if (!(await asker.isStillKnown())) stream.cut();
  }

  async #stream(asker: Asker, request: StreamRequest, response: ServerResponse): Promise<void> {
    const stream = new SseStream(response);
    this.#streams.set(stream, asker);
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
    const { schema, documents, subscriptions, contextOf } = this.options;
    const { operationName, variables } = request;
    const read = documents.read(request.query);
    if (read.kind === 'invalid') return { errors: read.errors };
    const { document } = read;
    const operation = getOperationAST(document, operationName);
    if (operation == null)
      return { errors: [topLevelError('INVALID_INPUT', 'name one of the operations of the document')] };
    const args = { schema, document, operationName, variableValues: variables, contextValue: contextOf(identity) };
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) return await subscriptions.subscribe(args, stream);
    return await execute(args);
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
