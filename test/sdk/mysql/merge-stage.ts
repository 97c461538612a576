import { setTimeout as sleep } from 'node:timers/promises';
import { ShardWorker } from '../../../sdk';
import type { ShardWorkerOptions, WorkerEvent, WorkerEventOf, WorkerStatus } from '../../../sdk';
import { MySqlDownstream, MySqlUpstream, compareMerged } from '../../../sdk/plugins/mysql';
import type { MySqlUpstreamOptions } from '../../../sdk/plugins/mysql';
import type { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { ShardWriter } from './shard-writer';

/** `StageOptions.patienceMs` where nobody says it. */
const PATIENCE_MS = 60_000;

/** The databases that a play has: two sources of shards, and where they are merged. */
export interface Databases {
  readonly sources: readonly [DatabaseServer, DatabaseServer];
  readonly downstream: DatabaseServer;
}

/** A shard by its source (0 or 1) and its name. */
export interface Shard {
  readonly source: 0 | 1;
  readonly schema: string;
  readonly table: string;
}

interface Worker {
  readonly worker: ShardWorker;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  readonly told: WorkerEvent[];
  error: Error | null;
}

/** What a play may choose. */
export interface StageOptions {
  readonly mode: 'optimistic' | 'pessimistic';
  /** What every shard has at first, behind `CREATE TABLE name`. */
  readonly columns: string;
  /** Options of the databases that the shards are in. */
  readonly database?: string;
  readonly upstream?: Partial<MySqlUpstreamOptions>;
  /** As whom workers connect to databases; root if absent. */
  readonly user?: string;
  readonly worker?: Partial<ShardWorkerOptions>;
  /** How long everything may take until shards and target are the same, in milliseconds. */
  readonly patienceMs?: number;
  /** What happens before the workers start, which then aren't waited for. */
  readonly before?: (stage: MergeStage) => Promise<void>;
}

let plays = 0;

/**
 * Three shards of two sources that are merged into one table, with a worker for each source: `p7_1.t1` and `p7_1.t2` on the
 * first, `p7_2.t1` on the second, into `p7.t`.
 */
export class MergeStage {
  readonly name = `p${(plays += 1)}`;
  readonly target = { schema: this.name, table: 't' };
  readonly shards: readonly Shard[] = [
    { source: 0, schema: `${this.name}_1`, table: 't1' },
    { source: 0, schema: `${this.name}_1`, table: 't2' },
    { source: 1, schema: `${this.name}_2`, table: 't1' },
  ];
  /** All that there are now. */
  alive = [...this.shards];
  readonly #workers: (Worker | null)[] = [null, null];
  readonly #writer = new ShardWriter();

  private constructor(
    readonly databases: Databases,
    private readonly url: string,
    private readonly options: StageOptions,
  ) {}

  /** Make the shards and the target, and start the workers. */
  static async open(databases: Databases, url: string, options: StageOptions): Promise<MergeStage> {
    const stage = new MergeStage(databases, url, options);
    const { name, target, shards } = stage;
    const { columns, database = '' } = options;
    for (const source of [0, 1] as const)
      await databases.sources[source].execute(`CREATE DATABASE ${name}_${source + 1} ${database}`);
    for (const shard of shards) await stage.on(shard, `CREATE TABLE {t} ${columns}`);
    await databases.downstream.execute(
      `CREATE DATABASE ${target.schema} ${database}`,
      `CREATE TABLE ${target.schema}.${target.table} ${columns}`,
    );
    await options.before?.(stage);
    for (const source of [0, 1] as const) await stage.start(source, { isCaughtUp: options.before === undefined });
    return stage;
  }

  /** Execute on the source of a shard; `{t}` is the shard, `{n}` its name without quotes and schema. */
  async on({ source, schema, table }: Shard, ...statements: readonly string[]): Promise<void> {
    const named = statements.map((sql) => sql.replaceAll('{t}', `\`${schema}\`.\`${table}\``).replaceAll('{n}', table));
    await this.databases.sources[source].execute(`USE ${schema}`, ...named);
  }

  /** Change rows of shards: some come, some change, some go. */
  async write(...shards: readonly Shard[]): Promise<void> {
    for (const shard of shards.length === 0 ? this.alive : shards)
      await this.databases.sources[shard.source].use((connection) => this.#writer.write(connection, shard));
  }

  /** Start the worker of a source. @param isCaughtUp whether to wait until it has handled all that there is */
  async start(source: 0 | 1, { isCaughtUp = true } = {}): Promise<void> {
    const { name, options, databases, url } = this;
    const names = [`${name}-s1`, `${name}-s2`];
    const own = names[source] ?? '';
    const { user = 'root' } = options;
    const worker = await ShardWorker.create({
      url,
      name: `w-${own}`,
      task: name,
      mode: options.mode,
      source: own,
      expectedSources: names,
      upstream: new MySqlUpstream({
        address: { ...databases.sources[source].address, user },
        heartbeatMs: 100,
        ...options.upstream,
      }),
      downstream: new MySqlDownstream({ address: { ...databases.downstream.address, user } }, `${name}/${own}`),
      routes: [{ schemaPattern: `${name}_*`, tablePattern: 't*', targetSchema: name, targetTable: 't' }],
      ...options.worker,
    });
    const stop = new AbortController();
    const told: WorkerEvent[] = [];
    worker.events.onAny((event) => void told.push(event));
    const running: Worker = { worker, stop, told, error: null, ended: worker.run({ signal: stop.signal }) };
    running.ended.catch((error: unknown) => {
      running.error = error instanceof Error ? error : new Error(String(error));
    });
    this.#workers[source] = running;
    if (isCaughtUp)
      await this.until(`the worker of source ${source + 1} reads`, () => told.some(({ kind }) => kind === 'caught-up'));
  }

  /** Stop the worker of a source in order. */
  async stop(source: 0 | 1): Promise<void> {
    const running = this.#workers[source];
    this.#workers[source] = null;
    running?.stop.abort();
    await running?.ended;
  }

  status(source: 0 | 1): WorkerStatus | null {
    return this.#workers[source]?.worker.status ?? null;
  }

  /** What the worker of a source has told since it was started. */
  told(source: 0 | 1): readonly WorkerEvent[] {
    return this.#workers[source]?.told ?? [];
  }

  /** Resolves when something is so. @throws Error with what workers told last, if it isn't in time, or a worker has ended */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + (this.options.patienceMs ?? PATIENCE_MS);
    while (!(await isSo())) {
      const failed = this.#workers.find((running) => running?.error != null)?.error;
      if (failed != null) throw new Error(`${what}: a worker has ended: ${failed.message}`, { cause: failed });
      if (performance.now() > untilMs) throw new Error(`${what}: not in time\n${this.#lastTold()}`);
      await sleep(40);
    }
  }

  /** Resolves when the worker of a source has told of something, since it was started. */
  async untilTold<Kind extends WorkerEvent['kind']>(
    source: 0 | 1,
    kind: Kind,
    isIt: (event: WorkerEventOf<Kind>) => boolean = () => true,
  ): Promise<void> {
    const isOfKind = (event: WorkerEvent): event is WorkerEventOf<Kind> => event.kind === kind;
    await this.until(`the worker of source ${source + 1} tells ${kind}`, () =>
      this.told(source).filter(isOfKind).some(isIt),
    );
  }

  /** In what the target differs from the shards now. */
  differences(): Promise<readonly string[]> {
    const shards = this.alive.map((shard) => ({
      ...{ address: this.databases.sources[shard.source].address, schema: shard.schema, table: shard.table },
    }));
    return compareMerged(shards, { address: this.databases.downstream.address, ...this.target });
  }

  /** Resolves when the target has the schema and the rows of its shards. @throws Error with the differences */
  async merged(): Promise<void> {
    let found: readonly string[] = [];
    try {
      await this.until('the target is what its shards are', async () => {
        found = await this.differences();
        return found.length === 0;
      });
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${found.join('\n')}`, {
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    for (const source of [0, 1] as const) await this.stop(source).catch(() => undefined);
  }

  #lastTold(): string {
    return this.#workers
      .map((running, index) => {
        const lines = (running?.told ?? []).slice(-12).map((event) => `  ${JSON.stringify(event)}`);
        return [`source ${index + 1}: ${JSON.stringify(running?.worker.status)}`, ...lines].join('\n');
      })
      .join('\n');
  }
}
