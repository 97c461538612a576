import { afterAll, expect, it, jest } from '@jest/globals';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareMerged, isConnectionLost } from '../../../sdk/plugins/mysql';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';
import { useDirectories } from '../../adapters/embedded/use-directories';
import { ServerProcess } from '../../end-to-end/server-process';
import { SeededRandom } from '../../support/seeded-random';
import { startTypescript } from '../../support/typescript-process';
import type { TypescriptProcess } from '../../support/typescript-process';
import { ShardWriter } from './shard-writer';
import { RandomRollout } from './soak/random-rollout';
import type { SoakPlan } from './soak/worker-program';

jest.setTimeout(3_600_000);

const IS_FULL = process.env['LOCKSTEP_TEST_FULL'] === '1';
/** How long rows are written and processes killed, in seconds. */
const SECONDS = Number(process.env['LOCKSTEP_SOAK_SECONDS'] ?? (IS_FULL ? 300 : 60));
const SEED = Number(process.env['LOCKSTEP_SOAK_SEED'] ?? 1);
const SOURCES = 3;
const SHARDS = 4;
const TASKS = [
  { task: 'o', mode: 'optimistic' },
  { task: 'p', mode: 'pessimistic' },
] as const;
/** How long everything may take to arrive when nobody is killed any more, in milliseconds. */
const SETTLE_MS = 120_000;

const makeDirectory = useDirectories();
const closing: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startDatabase(): Promise<DatabaseServer> {
  const database = await DatabaseServer.start();
  closing.push(() => database.stop());
  return database;
}

/** The process of all workers; killed and started again, it says what it shouldn't. */
class Workers {
  readonly troubles: string[] = [];
  #running: TypescriptProcess | null = null;

  constructor(private readonly plan: SoakPlan) {}

  /** Start, and wait until all are registered. */
  async start(): Promise<void> {
    const running = startTypescript('test/sdk/mysql/soak/worker-program.ts', [JSON.stringify(this.plan)]);
    this.#running = running;
    let registered = 0;
    await new Promise<void>((resolve) => {
      createInterface({ input: running.child.stdout }).on('line', (line) => {
        if (line.startsWith('registered')) registered += 1;
        else this.troubles.push(line);
        if (registered === this.plan.sources.length * this.plan.tasks.length) resolve();
      });
      void running.ended.then(() => resolve());
    });
    void running.ended.then(({ status }) => {
      if (this.#running === running) this.troubles.push(`the workers ended with ${status}`);
    });
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    running?.child.kill('SIGKILL');
    await running?.ended;
  }
}

/** What a source's application does: rows and DDLs of all its shards, one after the other, until it is told to end. */
class Application {
  rows = 0;
  readonly #random: SeededRandom;
  readonly #writer: ShardWriter;

  constructor(
    private readonly database: DatabaseServer,
    private readonly source: number,
    private readonly rollouts: ReadonlyMap<string, RandomRollout>,
    random: SeededRandom,
  ) {
    this.#random = random.fork();
    this.#writer = new ShardWriter((source + 1) * 1_000_000);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { task } = this.#random.pick(TASKS);
      const shard = this.#random.below(SHARDS);
      if (this.#random.oneIn(25)) await this.#change(task, shard, 'next');
      else await this.#write(task, shard);
      await sleep(10);
    }
  }

  /** Execute all that other shards have executed, and write once more. */
  async finish(): Promise<void> {
    for (const { task } of TASKS)
      for (let shard = 0; shard < SHARDS; shard += 1) {
        while (await this.#change(task, shard, 'rest'));
        await this.#write(task, shard);
      }
  }

  async #write(task: string, shard: number): Promise<void> {
    await this.#patiently(async () => {
      await this.database.use((connection) =>
        this.#writer.write(connection, { schema: 's', table: `${task}_${shard}` }),
      );
      this.rows += 5;
    });
  }

  async #change(task: string, shard: number, which: 'next' | 'rest'): Promise<boolean> {
    const rollout = this.rollouts.get(task);
    const own = this.source * SHARDS + shard;
    const ddl = rollout?.[which](own) ?? null;
    if (ddl === null || rollout === undefined) return false;
    await this.#patiently(() => this.database.execute(`ALTER TABLE s.${task}_${shard} ${ddl}`), [1060, 1061, 1091]);
    rollout.executedBy(own);
    return true;
  }

  /** Again while the server is away. @param done numbers of errors that say that it was done before the server went */
  async #patiently(work: () => Promise<void>, done: readonly number[] = []): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (isServerError(error) && done.includes(error.number)) return;
        if (!isConnectionLost(error)) throw error;
        await sleep(100);
      }
    }
  }
}

function isServerError(error: unknown): error is { readonly number: number } {
  return typeof error === 'object' && error !== null && 'number' in error;
}

it(`${SOURCES} sources of ${SHARDS} shards in both modes are merged, whoever is killed (${SECONDS} s, seed ${SEED})`, async () => {
  const random = new SeededRandom(SEED);
  const [downstream, ...sources] = await Promise.all(Array.from({ length: SOURCES + 1 }, startDatabase));
  if (downstream === undefined) throw new Error('no downstream');
  const columns = '(id BIGINT PRIMARY KEY, a INT, b VARCHAR(20))';
  await downstream.execute(
    'CREATE DATABASE merged',
    ...TASKS.map(({ task }) => `CREATE TABLE merged.${task} ${columns}`),
  );
  const names = TASKS.flatMap(({ task }) => Array.from({ length: SHARDS }, (_, shard) => `s.${task}_${shard}`));
  for (const source of sources)
    await source.execute('CREATE DATABASE s', ...names.map((name) => `CREATE TABLE ${name} ${columns}`));
  const server = new ServerProcess(makeDirectory());
  await server.start();
  closing.push(() => server.kill());
  const ports = sources.map(({ port }) => port);
  const workers = new Workers({ url: server.url, tasks: TASKS, sources: ports, downstream: downstream.port });
  await workers.start();
  closing.push(() => workers.kill());

  const rollouts = new Map(TASKS.map(({ task }) => [task, new RandomRollout(SOURCES * SHARDS, random.fork())]));
  const applications = sources.map((database, index) => new Application(database, index, rollouts, random));
  const stop = new AbortController();
  const running = Promise.all(applications.map((application) => application.run(stop.signal)));
  running.catch(() => undefined);
  const kills = await killForAWhile(random, { server, workers, databases: [downstream, ...sources] });
  stop.abort();
  await running;
  for (const application of applications) await application.finish();

  for (const { task } of TASKS)
    expect({ task, differences: await settle(task, sources, downstream) }).toEqual({ task, differences: [] });
  expect(workers.troubles).toEqual([]);
  const rows = applications.reduce((sum, application) => sum + application.rows, 0);
  const ddls = [...rollouts.values()].reduce((sum, { executed }) => sum + executed, 0);
  console.log(
    `${SECONDS} s: ${rows} changes of rows, ${ddls} DDLs on ${names.length * SOURCES} shards, ${JSON.stringify(kills)}`,
  );
});

/** Each in its turn, so that short runs have all of them. */
const KINDS = ['workers', 'databases', 'server', 'databases'] as const;

interface Victims {
  readonly server: ServerProcess;
  readonly workers: Workers;
  readonly databases: readonly DatabaseServer[];
}

/** Kill one after the other without a word, and start it again. @returns how often each kind */
async function killForAWhile(random: SeededRandom, { server, workers, databases }: Victims): Promise<object> {
  const untilMs = performance.now() + SECONDS * 1_000;
  const kills = { workers: 0, server: 0, databases: 0 };
  let turn = random.below(KINDS.length);
  while (performance.now() < untilMs) {
    await sleep(1_000 + random.below(3_000));
    turn += 1;
    const kind = KINDS[turn % KINDS.length] ?? 'workers';
    kills[kind] += 1;
    if (kind === 'workers') {
      await workers.kill();
      await workers.start();
    } else if (kind === 'server') {
      await server.kill();
      await server.start();
    } else {
      const database = random.pick(databases);
      await database.kill();
      await database.restart();
    }
  }
  return kills;
}

/** In what a merged table differs from its shards, when everything has had time to arrive. */
async function settle(
  task: string,
  sources: readonly DatabaseServer[],
  downstream: DatabaseServer,
): Promise<readonly string[]> {
  const shards = sources.flatMap(({ address }) =>
    Array.from({ length: SHARDS }, (_, shard) => ({ address, schema: 's', table: `${task}_${shard}` })),
  );
  const target = { address: downstream.address, schema: 'merged', table: task };
  const untilMs = performance.now() + SETTLE_MS;
  for (;;) {
    const found = await compareMerged(shards, target);
    if (found.length === 0 || performance.now() > untilMs) return found;
    await sleep(500);
  }
}
