import { performance } from 'node:perf_hooks';
import { FileCheckpoints, ShardWorker } from '../../../sdk';
import type { DownstreamPlugin, UpstreamTableName } from '../../../sdk';
import { RolloutUpstream } from './rollout-upstream';

/** A downstream that costs nothing. */
const downstream: DownstreamPlugin = {
  execute: () => Promise.resolve({ kind: 'done' }),
  apply: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Where a worker works. */
export interface RolloutPlace {
  readonly url: string;
  readonly source: string;
  readonly shards: readonly string[];
  /** Folder of its checkpoints. */
  readonly folder: string;
}

/** A worker of the SDK over the network, whose way through each DDL is timed. */
export class RolloutWorker {
  readonly #stop = new AbortController();
  readonly #metMs = new Map<string, number>();
  #latencies: number[] = [];
  #told: () => void = () => undefined;
  #ended: Promise<never> = new Promise(() => undefined);

  private constructor(
    private readonly upstream: RolloutUpstream,
    private readonly shards: number,
  ) {}

  /** Register, put the tables, read; nothing is there yet. */
  static async start({ url, source, shards, folder }: RolloutPlace): Promise<RolloutWorker> {
    const upstream = new RolloutUpstream(shards);
    const rollout = new RolloutWorker(upstream, shards.length);
    const routes = [{ schemaPattern: 'db', tablePattern: '*', targetSchema: 'shop', targetTable: 'orders' }];
    const names = { name: `worker-${source}`, task: 'bench', source };
    const checkpoints = new FileCheckpoints(folder);
    const plugins = { upstream, downstream, checkpoints };
    const worker = await ShardWorker.create({ url, mode: 'optimistic', routes, ...names, ...plugins });
    worker.events.on('ddl-met', ({ table }) => rollout.#metMs.set(keyOf(table), performance.now()));
    worker.events.on('acknowledged', ({ table }) => rollout.#finish(table));
    const caughtUp = new Promise<void>((resolve) => {
      worker.events.on('caught-up', () => resolve());
    });
    rollout.#ended = worker.run({ signal: rollout.#stop.signal }).then(() => {
      throw new Error(`the worker of ${source} has stopped`);
    });
    rollout.#ended.catch(() => undefined);
    await Promise.race([caughtUp, rollout.#ended]);
    return rollout;
  }

  /** One DDL in each shard; the milliseconds from its meeting to its acknowledgement, of all of them. */
  async rollOut(): Promise<readonly number[]> {
    this.#latencies = [];
    const finished = new Promise<void>((resolve) => (this.#told = resolve));
    this.upstream.rollOut();
    await Promise.race([finished, this.#ended]);
    return this.#latencies;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended.catch(() => undefined);
  }

  #finish(table: UpstreamTableName | null): void {
    const metMs = table === null ? undefined : this.#metMs.get(keyOf(table));
    if (metMs === undefined) throw new Error('an acknowledgement of a DDL that was not met');
    this.#latencies.push(performance.now() - metMs);
    if (this.#latencies.length === this.shards) this.#told();
  }
}

function keyOf({ schema, table }: UpstreamTableName): string {
  return JSON.stringify([schema, table]);
}
