import { ShardWorker } from '../../sdk';
import type { ShardWorkerOptions, WorkerEvent, WorkerEventOf, WorkerStatus } from '../../sdk';
import { ObservedWorker, RecordingDownstream } from '../../sdk/testing';
import { AnsweringDownstream, JsonCheckpoints, ListUpstream, logOf } from './test-plugins';

export const TARGET = { targetSchema: 'shard_db', targetTable: 'shard_table' };
export const CREATE = 'CREATE TABLE `t` (`id` INT NOT NULL PRIMARY KEY)';

/** What a worker that runs in a test may have got from an earlier one. */
export interface WorkerParts {
  readonly upstream?: ListUpstream;
  readonly answers?: AnsweringDownstream;
  readonly checkpoints?: JsonCheckpoints;
}

/** A worker with a listed upstream and a downstream that records. */
export class RunningWorker {
  readonly upstream: ListUpstream;
  readonly answers: AnsweringDownstream;
  readonly downstream: RecordingDownstream;
  readonly checkpoints: JsonCheckpoints;
  #observed: ObservedWorker | null = null;

  private constructor(parts: WorkerParts) {
    this.upstream = parts.upstream ?? new ListUpstream({ t1: CREATE, t2: CREATE });
    this.answers = parts.answers ?? new AnsweringDownstream();
    this.downstream = new RecordingDownstream(this.answers);
    this.checkpoints = parts.checkpoints ?? new JsonCheckpoints();
  }

  static async start(
    options: Partial<ShardWorkerOptions> & Pick<ShardWorkerOptions, 'task'>,
    parts: WorkerParts = {},
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
    running.#observed = ObservedWorker.run(worker);
    return running;
  }

  /** What it has done downstream, as `logOf` writes it. */
  get log(): string[] {
    return logOf(this.downstream);
  }

  get told(): readonly WorkerEvent[] {
    return this.#running.told;
  }

  get status(): WorkerStatus {
    return this.#running.status;
  }

  get ended(): Promise<void> {
    return this.#running.ended;
  }

  toldOf<Kind extends WorkerEvent['kind']>(kind: Kind): readonly WorkerEventOf<Kind>[] {
    return this.#running.toldOf(kind);
  }

  until<Kind extends WorkerEvent['kind']>(kind: Kind, count?: number): Promise<WorkerEventOf<Kind>> {
    return this.#running.until(kind, count);
  }

  caughtUp(): Promise<void> {
    return this.#running.caughtUp();
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }

  get #running(): ObservedWorker {
    if (this.#observed === null) throw new Error('the worker was never created');
    return this.#observed;
  }
}
