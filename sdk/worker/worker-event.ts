import type { LockstepError } from '../../src/core/model/error';
import type { WorkerProgress } from '../engine/progress';

/** What a worker tells as it happens: its way through the stream, and how it gets on with the server and its plugins. */
export type WorkerEvent =
  | WorkerProgress
  | { readonly kind: 'registered'; readonly session: string; readonly ttlMs: number; readonly again: boolean }
  /** No renewal was answered for a while: the lease may run out, and others see the worker as offline. */
  | { readonly kind: 'stalled'; readonly sinceMs: number }
  | { readonly kind: 'disconnected'; readonly reason: string }
  /** A plugin's failure that is tried again. */
  | {
      readonly kind: 'plugin-failed';
      readonly plugin: 'upstream' | 'downstream' | 'checkpoints';
      readonly reason: string;
    }
  /** A route that matches no table which the source has now. */
  | { readonly kind: 'route-unused'; readonly route: string }
  | { readonly kind: 'stopping'; readonly error: LockstepError | null }
  | { readonly kind: 'stopped' };

/** An event of one kind. */
export type WorkerEventOf<Kind extends WorkerEvent['kind']> = Extract<WorkerEvent, { readonly kind: Kind }>;

type Listener = (event: WorkerEvent) => void;

/** Hands events to those who listen. A listener that throws is a defect of its author, and ends the worker. */
export class WorkerEvents {
  readonly #listeners = new Set<Listener>();

  /** Listen to all events. @returns what ends the listening */
  onAny(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Listen to the events of one kind. @returns what ends the listening */
  on<Kind extends WorkerEvent['kind']>(kind: Kind, listener: (event: WorkerEventOf<Kind>) => void): () => void {
    return this.onAny((event) => {
      if (isOf(event, kind)) listener(event);
    });
  }

  emit(event: WorkerEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

function isOf<Kind extends WorkerEvent['kind']>(event: WorkerEvent, kind: Kind): event is WorkerEventOf<Kind> {
  return event.kind === kind;
}
