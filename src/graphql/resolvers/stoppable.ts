import { GraphQLError } from 'graphql';
import { toError } from '../errors/to-error';

/**
 * An iterable that ends at once when its consumer stops, also while it waits for the next item: a generator alone would
 * wait for that item first, and a closed subscription would stay for ever. What it throws reaches the client as an error
 * of the subscription, not as a broken connection.
 */
export function stoppable<T>(open: (signal: AbortSignal) => AsyncIterable<T>): AsyncIterableIterator<T> {
  const controller = new AbortController();
  const iterator = open(controller.signal)[Symbol.asyncIterator]();
  return {
    next: async () => {
      try {
        return await iterator.next();
      } catch (error) {
        throw new GraphQLError('the subscription failed', { originalError: toError(error) });
      }
    },
    return: async () => {
      controller.abort();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
