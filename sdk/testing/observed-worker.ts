import type { WorkerStatus } from '../engine/status';
import { systemTiming } from '../timing';
import type { Timing } from '../timing';
import type { ShardWorker } from '../worker/shard-worker';
import type { WorkerEvent, WorkerEventOf } from '../worker/worker-event';

/** How a test watches a worker. */
export interface ObservedWorkerOptions {
  /** How long a test waits for one thing at most, in milliseconds; default 10 s. */
  readonly patienceMs?: number;
  /** Absent: the process's own time. */
  readonly timing?: Timing;
}

/** A running worker, what it has told so far, and ways to wait for what it will tell. */
export class ObservedWorker {
  readonly #told: WorkerEvent[] = [];
  readonly #wakes = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  readonly #patienceMs: number;
  readonly #timing: Timing;

  private constructor(
    private readonly worker: ShardWorker,
    { patienceMs = 10_000, timing = systemTiming }: ObservedWorkerOptions,
  ) {
    this.#patienceMs = patienceMs;
    this.#timing = timing;
    worker.events.onAny((event) => {
      this.#told.push(event);
      for (const wake of [...this.#wakes]) wake();
    });
    this.#ended = worker.run({ signal: this.#stop.signal });
    // Whoever waits for the end gets the failure from `ended`; a test that doesn't must not end by it.
    this.#ended.catch(() => undefined);
  }

  /** Run a worker that was created and not run yet. */
  static run(worker: ShardWorker, options: ObservedWorkerOptions = {}): ObservedWorker {
    return new ObservedWorker(worker, options);
  }

  /** Everything that it has told, the oldest first. */
  get told(): readonly WorkerEvent[] {
    return this.#told;
  }

  /** Where it stands. */
  get status(): WorkerStatus {
    return this.worker.status;
  }

  /** How its `run` ends: resolved after `stop`, rejected with what it can't go past. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** All events of a kind so far. */
  toldOf<Kind extends WorkerEvent['kind']>(kind: Kind): readonly WorkerEventOf<Kind>[] {
    return this.#told.filter((event): event is WorkerEventOf<Kind> => event.kind === kind);
  }

  /**
   * The n-th event of a kind (from 1), as soon as it has come.
   * @throws what the worker ends with, or an Error with its last events if it doesn't come in time
   */
  async until<Kind extends WorkerEvent['kind']>(kind: Kind, count = 1): Promise<WorkerEventOf<Kind>> {
    const endMs = this.#timing.monotonicMs() + this.#patienceMs;
    for (;;) {
      const found = this.toldOf(kind)[count - 1];
      if (found !== undefined) return found;
      await this.#untilTold(endMs);
    }
  }

  /** Wait until it tells (anew) that it has handled all that its upstream has. @throws as `until` */
  async caughtUp(): Promise<void> {
    await this.until('caught-up', this.toldOf('caught-up').length + 1);
  }

  /** Stop it, and wait until what had begun is finished. @throws what it had ended with before */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  #untilTold(endMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = (): void => {
        this.#wakes.delete(wake);
        stopTimer();
      };
      const wake = (): void => {
        forget();
        resolve();
      };
      const fail = (error: unknown): void => {
        forget();
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const stopTimer = this.#timing.after(endMs - this.#timing.monotonicMs(), () => {
        fail(this.#without('doesn’t tell it'));
      });
      this.#wakes.add(wake);
      this.#ended.then(() => {
        fail(this.#without('has ended'));
      }, fail);
    });
  }

  #without(what: string): Error {
    return new Error(`the worker ${what}; its last events: ${JSON.stringify(this.#told.slice(-8))}`);
  }
}
