import { sourceKey, taskSourceOfKey } from '../core/model/table-key';
import type { SourceKey } from '../core/model/table-key';
import type { SourceId, TaskName } from '../core/model/names';
import type { Revision } from '../core/model/revision';
import { listPendingOperations, viewSourceOperation, viewTableOperation } from '../core/request/operation-view';
import type { OperationView } from '../core/request/operation-view';
import type { CoordinatorState, TouchedOperation } from '../core/state/coordinator-state';

/** One worker's subscription. */
interface Subscriber {
  /** The newest state of each operation that it hasn't taken yet. */
  readonly waiting: Map<string, OperationView>;
  /** The newest revision that it was given of each operation. */
  readonly given: Map<string, Revision>;
  /** Up to here it knows the operations of which it was given none. */
  readonly after: Revision;
  wake: () => void;
}

/**
 * Tells workers of their operations. Level-triggered (8-settled.md): a subscriber gets every undone operation first, then
 * the newest of each table whenever it changes; what it doesn't take in time is replaced, so it costs bounded memory.
 */
export class OperationFeed {
  readonly #subscribers = new Map<SourceKey, Set<Subscriber>>();

  /** These operations have changed. */
  notify(state: CoordinatorState, touched: readonly TouchedOperation[]): void {
    if (this.#subscribers.size === 0) return;
    for (const operation of touched) {
      const view = viewOf(state, operation);
      if (view !== null && !view.done) this.#offer(view);
    }
  }

  /** The state was built anew, and nobody knows what has changed meanwhile. */
  restart(state: CoordinatorState): void {
    for (const key of this.#subscribers.keys()) {
      const { task, source } = taskSourceOfKey(key);
      for (const view of listPendingOperations(state, task, source)) this.#offer(view);
    }
  }

  /** The operations of a source, until `signal` aborts. */
  async *subscribe(
    state: () => CoordinatorState,
    task: TaskName,
    source: SourceId,
    after: Revision,
    signal: AbortSignal,
  ): AsyncGenerator<OperationView> {
    const subscriber: Subscriber = { waiting: new Map(), given: new Map(), after, wake: () => undefined };
    const key = sourceKey(task, source);
    const group = this.#subscribers.get(key) ?? new Set<Subscriber>();
    this.#subscribers.set(key, group.add(subscriber));
    const stop = (): void => subscriber.wake();
    signal.addEventListener('abort', stop);
    try {
      for (const view of listPendingOperations(state(), task, source))
        if (view.revision > after) subscriber.waiting.set(nameOf(view), view);
      while (!signal.aborted) {
        const next = takeOldest(subscriber);
        if (next !== null) yield next;
        else await new Promise<void>((resolve) => (subscriber.wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', stop);
      group.delete(subscriber);
      if (group.size === 0 && this.#subscribers.get(key) === group) this.#subscribers.delete(key);
    }
  }

  #offer(view: OperationView): void {
    for (const subscriber of this.#subscribers.get(sourceKey(view.task, view.source)) ?? []) {
      if ((subscriber.given.get(nameOf(view)) ?? subscriber.after) >= view.revision) continue;
      subscriber.waiting.set(nameOf(view), view);
      subscriber.wake();
    }
  }
}

function takeOldest({ waiting, given }: Subscriber): OperationView | null {
  for (const [name, view] of waiting) {
    waiting.delete(name);
    given.set(name, view.revision);
    return view;
  }
  return null;
}

function viewOf(state: CoordinatorState, { task, source, table }: TouchedOperation): OperationView | null {
  if (table === null) return viewSourceOperation(state, task, source);
  const entry = state.tables.get(table);
  return entry === undefined ? null : viewTableOperation(entry);
}

function nameOf({ table }: OperationView): string {
  return table === null ? '' : `${table.schema}\0${table.table}`;
}
