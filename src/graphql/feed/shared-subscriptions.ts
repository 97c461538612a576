import { Kind, createSourceEventStream, execute, getOperationAST } from 'graphql';
import type { ExecutionArgs, ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Metrics, SubscribedField } from '../../ports/metrics';
import { toError } from '../errors/to-error';
import { wholeOrRefused } from '../limits/answer-size';
import type { EndTurn, HeavyTurns } from '../limits/heavy-turns';
import type { LockFeedItem } from '../types/lock-feed';
import type { RequestContext } from '../request-context';
import { FeedGroup } from './feed-group';
import { FeedMember } from './feed-member';
import { FeedPump } from './feed-pump';
import { FEED_LIMITS } from './feed-sink';
import type { FeedLimits, FeedSink } from './feed-sink';
import { groupKey } from './group-key';
import { LockFeedSource } from './lock-feed-source';
import { SharedPayload } from './shared-payload';

/** A request to subscribe: arguments of GraphQL's, with the context in its type. */
export interface SubscribeRequest extends ExecutionArgs {
  readonly contextValue: RequestContext;
}

/** What subscribing gives: results to send one by one, or the result that says why there is no subscription. */
export type Subscribed = AsyncIterableIterator<ExecutionResult> | ExecutionResult;

/** What executing subscriptions needs. */
export interface SharedSubscriptionsOptions {
  /** What a client is told of errors. */
  readonly show: (errors: readonly GraphQLError[]) => readonly GraphQLFormattedError[];
  readonly reportDefect: (error: unknown) => void;
  readonly metrics: Metrics;
  /** What is made for one subscriber alone takes turns with heavy requests. */
  readonly turns: HeavyTurns;
  readonly limits?: FeedLimits;
}

/**
 * Executes subscriptions, whatever they are sent over. Subscribers of `shardLockEvents` with the same document, variables
 * and role share executions and encoded results, which go to the connection past the iterable: that gives nothing, and
 * ends when the subscription does. Any other subscription is executed by itself.
 */
export class SharedSubscriptions {
  readonly #pump: FeedPump;

  constructor(private readonly options: SharedSubscriptionsOptions) {
    this.#pump = new FeedPump(options.reportDefect);
  }

  /** @param sink where results of shared executions go */
  async subscribe(request: SubscribeRequest, sink: FeedSink): Promise<Subscribed> {
    const stream = await createSourceEventStream(request);
    if (!(Symbol.asyncIterator in stream)) return stream;
    if (stream instanceof LockFeedSource) return this.#share(request, stream, sink);
    return executeEach(request, stream, this.options.metrics.subscribed(fieldOf(request)));
  }

  #share(request: SubscribeRequest, source: LockFeedSource, sink: FeedSink): AsyncIterableIterator<never> {
    const key = groupKey(request);
    const group = this.#pump.acquire(
      key,
      source.events,
      () => new FeedGroup(source, (item) => this.#encode(request, item)),
    );
    const leave = this.options.metrics.subscribed('shardLockEvents');
    let end: (defect: unknown) => void = () => undefined;
    const ended = new Promise<void>((resolve, reject) => {
      end = (defect) => {
        leave();
        this.#pump.release(key);
        if (defect === null) resolve();
        else reject(toError(defect));
      };
    });
    const { metrics, limits = FEED_LIMITS } = this.options;
    const takeTurn = (): Promise<EndTurn> => this.options.turns.begin(request.contextValue.actor);
    const member = new FeedMember(group, sink, { limits, metrics, takeTurn }, (defect) => end(defect));
    let hasStarted = false;
    return {
      next: async () => {
        if (!hasStarted) member.start(source.after);
        hasStarted = true;
        await ended;
        return { done: true, value: undefined };
      },
      return: () => {
        member.end();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #encode(request: SubscribeRequest, item: LockFeedItem): SharedPayload | Promise<SharedPayload> {
    const result = execute({ ...request, rootValue: item });
    return result instanceof Promise ? result.then((done) => this.#present(done)) : this.#present(result);
  }

  #present(result: ExecutionResult): SharedPayload {
    const { data, errors } = wholeOrRefused(result);
    return new SharedPayload({
      data: data ?? null,
      ...(errors === undefined ? {} : { errors: this.options.show(errors) }),
    });
  }
}

/** @param onEnd called once, when nothing more comes or is wanted */
function executeEach(
  request: SubscribeRequest,
  stream: AsyncIterable<unknown>,
  onEnd: () => void,
): AsyncIterableIterator<ExecutionResult> {
  const iterator: AsyncIterator<unknown, unknown> = stream[Symbol.asyncIterator]();
  let hasEnded = false;
  const end = (): { readonly done: true; readonly value: undefined } => {
    if (!hasEnded) onEnd();
    hasEnded = true;
    return { done: true, value: undefined };
  };
  const next = async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
    const { done, value } = await iterator.next();
    return done === true
      ? end()
      : { done: false, value: wholeOrRefused(await execute({ ...request, rootValue: value })) };
  };
  return {
    next: () =>
      next().catch((error: unknown) => {
        end();
        throw error;
      }),
    return: async () => {
      await iterator.return?.();
      return end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** What is subscribed to, for metrics. */
function fieldOf({ document, operationName }: SubscribeRequest): SubscribedField {
  const [selection] = getOperationAST(document, operationName)?.selectionSet.selections ?? [];
  return selection?.kind === Kind.FIELD && selection.name.value === 'shardOperations' ? 'shardOperations' : 'other';
}
