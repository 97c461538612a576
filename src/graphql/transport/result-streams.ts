import { GraphQLError, execute } from 'graphql';
import type { ExecutionResult, GraphQLFormattedError } from 'graphql';
import type { Identity } from '../../core/model/identity';
import type { Asker } from '../access/asker';
import { Askers } from '../access/askers';
import { toError } from '../errors/to-error';
import type { FeedSink } from '../feed/feed-sink';
import type { SharedSubscriptions, Subscribed } from '../feed/shared-subscriptions';
import { wholeOrRefused } from '../limits/answer-size';
import type { HeavyTurns } from '../limits/heavy-turns';
import type { RequestReader, SentRequest } from './request-reader';

/** The way of one request's results to its client, who sends nothing more. */
export interface ResultStream extends FeedSink {
  /** Call `listener` when the client is gone. */
  onClose(listener: () => void): void;
  /** Send a result of nobody else. */
  sendResult(result: object): void;
  /** Say that nothing follows. */
  end(): void;
}

/** What carrying out streamed requests needs. */
export interface ResultStreamsOptions {
  readonly requests: RequestReader;
  readonly subscriptions: SharedSubscriptions;
  readonly turns: HeavyTurns;
  /** What a client is told of errors. */
  readonly show: (errors: readonly GraphQLError[]) => readonly GraphQLFormattedError[];
  readonly reportDefect: (error: unknown) => void;
}

/** Requests whose results are streams, whatever carries them; who asks must prove from time to time who he is. */
export class ResultStreams {
  readonly #streams: Askers<ResultStream>;

  constructor(private readonly options: ResultStreamsOptions) {
    this.#streams = new Askers((stream) => stream.cut(), options.reportDefect);
  }

  /** Carry out a request; resolved when its stream has ended. */
  async run(stream: ResultStream, asker: Asker, request: SentRequest): Promise<void> {
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

  /** End every stream. */
  close(): void {
    this.#streams.close();
    for (const stream of this.#streams.connections) stream.end();
  }

  async #resultsOf(identity: Identity, request: SentRequest, stream: ResultStream): Promise<Subscribed> {
    const { requests, subscriptions, turns } = this.options;
    const prepared = requests.read(request, identity);
    if (prepared.kind === 'refused') return { errors: prepared.errors };
    if (prepared.isSubscription) return await subscriptions.subscribe(prepared.request, stream);
    const endTurn = prepared.isHeavy ? await turns.begin(identity.actor) : null;
    try {
      return wholeOrRefused(await execute(prepared.request));
    } finally {
      endTurn?.();
    }
  }

  async #sendEach(stream: ResultStream, results: AsyncIterableIterator<ExecutionResult>): Promise<void> {
    stream.onClose(() => void results.return?.().catch(this.options.reportDefect));
    for await (const result of results) {
      this.#send(stream, result);
      await stream.drained();
    }
  }

  #send(stream: ResultStream, { data, errors }: ExecutionResult): void {
    stream.sendResult({
      ...(data === undefined ? {} : { data }),
      ...(errors === undefined ? {} : { errors: this.options.show(errors) }),
    });
  }
}

function failure(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('the subscription failed', { originalError: toError(error) });
}
