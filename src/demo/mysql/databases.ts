import { compareMerged } from '../../../sdk/plugins/mysql';
import type { Stage } from '../stage';
import { pause } from '../stage';
import type { Story } from '../story';
import { DatabaseServer } from './database-server';

/** The sources by their names. */
export const SOURCES = ['mysql-01', 'mysql-02'] as const;

/** Two shards on each source. */
export const SHARDS = [1, 2, 3, 4] as const;

export type Shard = (typeof SHARDS)[number];

/** How long everything that was written may take to arrive, in milliseconds. */
const LATEST_MS = 30_000;
const PAUSE_MS = 100;

/** The source of a shard. */
export function sourceOf(shard: Shard): (typeof SOURCES)[number] {
  return shard <= 2 ? 'mysql-01' : 'mysql-02';
}

/** The servers with the shards, and the one with the merged tables. */
export class Databases {
  private constructor(
    private readonly sources: ReadonlyMap<string, DatabaseServer>,
    readonly downstream: DatabaseServer,
  ) {}

  static async start(): Promise<Databases> {
    const started = await Promise.allSettled([DatabaseServer.start(), DatabaseServer.start(), DatabaseServer.start()]);
    const servers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const [first, second, downstream] = servers;
    const failed = started.find(({ status }) => status === 'rejected');
    if (first !== undefined && second !== undefined && downstream !== undefined)
      return new Databases(new Map([first, second].map((server, index) => [SOURCES[index] ?? '', server])), downstream);
    await Promise.all(servers.map((server) => server.stop()));
    throw failed?.status === 'rejected' ? failed.reason : new Error('a database is missing');
  }

  /** Execute on the source of a shard. */
  async on(shard: Shard, ...statements: readonly string[]): Promise<void> {
    await this.#sourceOf(shard).execute(...statements);
  }

  /** Make the shards of a table on both sources, with a few rows. */
  async makeShards(table: string, columns: string): Promise<void> {
    for (const source of this.sources.values()) await source.execute('CREATE DATABASE IF NOT EXISTS shop');
    for (const shard of SHARDS) await this.on(shard, `CREATE TABLE shop.${table}_${shard} ${columns}`);
    await this.downstream.execute('CREATE DATABASE IF NOT EXISTS shop', `CREATE TABLE shop.${table} ${columns}`);
  }

  /** Start the workers of a task: each copies the rows that are there, then follows the log. */
  async employ(stage: Stage, task: string, mode: string, wanted: readonly string[] = SOURCES): Promise<void> {
    for (const [source, { port }] of this.sources) {
      if (!wanted.includes(source)) continue;
      await stage.hire(task, mode, source, {
        upstream: { plugin: 'mysql', port, start: 'snapshot', 'heartbeat-ms': 100 },
        downstream: { plugin: 'mysql', port: this.downstream.port },
        tables: `${task}_[1-9]`,
      });
    }
    if (wanted === SOURCES) for (const source of SOURCES) await stage.until(source, ({ kind }) => kind === 'caught-up');
  }

  /** Tell what a merged table looks like now. */
  async show(story: Story, table: string): Promise<void> {
    await this.downstream.use(async (connection) => {
      const columns = await connection.rows(`SHOW COLUMNS FROM shop.${table}`);
      const [count] = await connection.rows(`SELECT COUNT(*) AS count FROM shop.${table}`);
      const names = columns.map((row) => row.text('Field'));
      story.table(`shop.${table}`, names, count?.number('count') ?? 0);
    });
  }

  /** In what a merged table differs from its shards, when everything has had time to arrive. */
  async differences(table: string): Promise<readonly string[]> {
    const placeOf = (server: DatabaseServer, name: string) => ({
      address: server.address,
      schema: 'shop',
      table: name,
    });
    const shards = SHARDS.map((shard) => placeOf(this.#sourceOf(shard), `${table}_${shard}`));
    for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
      const found = await compareMerged(shards, placeOf(this.downstream, table));
      if (found.length === 0 || waitedMs > LATEST_MS) return found;
      await pause(PAUSE_MS);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sources.values(), this.downstream].map((server) => server.stop()));
  }

  #sourceOf(shard: Shard): DatabaseServer {
    const server = this.sources.get(sourceOf(shard));
    if (server === undefined) throw new Error(`shard ${shard} has no source`);
    return server;
  }
}
