import { ShardWorker } from '../../sdk';
import type { ShardWorkerOptions, WorkerEvent, WorkerEventOf, WorkerStatus } from '../../sdk';
import { JsonCheckpoints, ListUpstream, RecordingDownstream } from './test-plugins';

export const TARGET = { targetSchema: 'shard_db', targetTable: 'shard_table' };
export const CREATE = 'CREATE TABLE `t` (`id` INT NOT NULL PRIMARY KEY)';

/** A worker with a scripted upstream and a recording downstream. */
export class RunningWorker {
  readonly upstream: ListUpstream;
  readonly downstream: RecordingDownstream;
  readonly checkpoints: JsonCheckpoints;
  readonly told: WorkerEvent[] = [];
  readonly #stop = new AbortController();
  #worker: ShardWorker | null = null;
  #ended: Promise<void> = Promise.resolve();
  #wakes = new Set<() => void>();

  private constructor(parts: Partial<Pick<RunningWorker, 'upstream' | 'downstream' | 'checkpoints'>>) {
    this.upstream = parts.upstream ?? new ListUpstream({ t1: CREATE, t2: CREATE });
    this.downstream = parts.downstream ?? new RecordingDownstream();
    this.checkpoints = parts.checkpoints ?? new JsonCheckpoints();
  }

  static async start(
    options: Partial<ShardWorkerOptions> & Pick<ShardWorkerOptions, 'task'>,
    parts: Partial<Pick<RunningWorker, 'upstream' | 'downstream' | 'checkpoints'>> = {},
  ): Promise<RunningWorker> {
    const running = new RunningWorker(parts);
    const { upstream, downstream, checkpoints } = running;
    const source = options.source ?? 's1';
    const worker = await ShardWorker.create({
      name: `w-${source}`,
      mode: 'optimistic',
      source,
      upstream,
      downstream,
      checkpoints,
      routes: [{ schemaPattern: 'db', tablePattern: 't*', ...TARGET }],
      ...options,
    });
    running.#worker = worker;
    worker.events.onAny((event) => {
      running.told.push(event);
      for (const wake of [...running.#wakes]) wake();
    });
    running.#ended = worker.run({ signal: running.#stop.signal });
    running.#ended.catch(() => undefined);
    return running;
  }

  /** The n-th event of a kind (from 1), as soon as it has come. */
  async until<Kind extends WorkerEvent['kind']>(kind: Kind, count = 1): Promise<WorkerEventOf<Kind>> {
    const isOf = (event: WorkerEvent): event is WorkerEventOf<Kind> => event.kind === kind;
    for (;;) {
      const found = this.told.filter(isOf)[count - 1];
      if (found !== undefined) return found;
      await this.#untilTold();
    }
  }

  /** Everything has been handled since the given number of events. */
  async caughtUp(): Promise<void> {
    const before = this.told.length;
    while (!this.told.slice(before).some(({ kind }) => kind === 'caught-up')) await this.#untilTold();
  }

  get status(): WorkerStatus {
    if (this.#worker === null) throw new Error('the worker was never created');
    return this.#worker.status;
  }

  /** What `run` ends with. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  #untilTold(): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        this.#wakes.delete(wake);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        reject(new Error(`nothing more was told; last: ${JSON.stringify(this.told.slice(-8))}`));
      }, 4_000);
      this.#wakes.add(wake);
      this.#ended.catch((error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }
}
