/**
 * An iterable that ends at once when its consumer stops, also while it waits for the next item: a generator alone would
 * wait for that item first, and a closed subscription would stay for ever.
 */
export function stoppable<T>(open: (signal: AbortSignal) => AsyncIterable<T>): AsyncIterableIterator<T> {
  const controller = new AbortController();
  const iterator = open(controller.signal)[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
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
