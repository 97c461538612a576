import { setTimeout as sleep } from 'node:timers/promises';
import { ShardWorker } from '../../../sdk';
import { MySqlDownstream, MySqlUpstream, ServerConnection } from '../../../sdk/plugins/mysql';
import { InProcessServer } from '../../../sdk/testing';
import { DatabaseServer } from '../../../src/demo/mysql/database-server';

const COLUMNS = '(id BIGINT PRIMARY KEY, a INT, b VARCHAR(40), c DATETIME(3))';

/** How often the downstream is asked what it has, in milliseconds. */
const LOOK_MS = 2;

/** One shard, a worker, and the table that it is merged into. */
export class MergeBench {
  #last = 0;
  #stop: AbortController | null = null;
  #running: Promise<void> = Promise.resolve();
  /** The greatest key that is there downstream, and who waits for a greater one. */
  #there = 0;
  #looking: Promise<void> | null = null;

  private constructor(
    private readonly upstream: DatabaseServer,
    private readonly downstream: DatabaseServer,
    private readonly server: InProcessServer,
    private readonly writer: ServerConnection,
    private readonly reader: ServerConnection,
  ) {}

  static async open(): Promise<MergeBench> {
    const [upstream, downstream] = await Promise.all([
      DatabaseServer.start(),
      DatabaseServer.start(['--innodb-buffer-pool-size=128M']),
    ]);
    await upstream.execute('CREATE DATABASE bench_1', `CREATE TABLE bench_1.t ${COLUMNS}`);
    await downstream.execute('CREATE DATABASE bench', `CREATE TABLE bench.t ${COLUMNS}`);
    const [writer, reader] = [
      await ServerConnection.open(upstream.address),
      await ServerConnection.open(downstream.address),
    ];
    const bench = new MergeBench(upstream, downstream, await InProcessServer.start(), writer, reader);
    await bench.startWorker();
    await bench.write([bench.inserts(1)]);
    await bench.untilMerged();
    return bench;
  }

  /** The key of the last row. */
  get lastId(): number {
    return this.#last;
  }

  /** An insert of the next rows. */
  inserts(rows: number): string {
    const values = Array.from({ length: rows }, () => {
      this.#last += 1;
      return `(${this.#last}, ${this.#last % 1_000}, 'row number ${this.#last}', '2026-01-01 00:00:00.123')`;
    });
    return `INSERT INTO bench_1.t VALUES ${values.join(', ')}`;
  }

  /** Two rows that come, one that changes, one that goes. */
  mixed(): string {
    const insert = this.inserts(2);
    const last = this.#last;
    return [
      'BEGIN',
      insert,
      `UPDATE bench_1.t SET a = a + 1 WHERE id = ${last - 10}`,
      `DELETE FROM bench_1.t WHERE id = ${last - 101}`,
      'COMMIT',
    ].join(';\n');
  }

  async write(transactions: readonly string[]): Promise<void> {
    for (const transaction of transactions) for (const sql of transaction.split(';\n')) await this.writer.execute(sql);
  }

  async startWorker(): Promise<void> {
    const worker = await ShardWorker.create({
      ...{ transport: this.server.connect(), name: 'w', task: 'bench', mode: 'optimistic', source: 's' },
      upstream: new MySqlUpstream({ address: this.upstream.address, heartbeatMs: 100 }),
      downstream: new MySqlDownstream({ address: this.downstream.address }, 'bench/s'),
      routes: [{ schemaPattern: 'bench_1', targetSchema: 'bench' }],
    });
    this.#stop = new AbortController();
    this.#running = worker.run({ signal: this.#stop.signal });
  }

  async stopWorker(): Promise<void> {
    this.#stop?.abort();
    await this.#running;
  }

  /** Resolves when everything is there that was written. */
  async untilMerged(): Promise<void> {
    await this.untilThere(this.#last);
  }

  /** Resolves when the row of a key is there. */
  async untilThere(id: number): Promise<void> {
    while (this.#there < id) await (this.#looking ??= this.#look());
  }

  async #look(): Promise<void> {
    const [row] = await this.reader.rows('SELECT MAX(id) AS id FROM bench.t');
    this.#there = row?.number('id') ?? 0;
    await sleep(LOOK_MS);
    this.#looking = null;
  }

  async close(): Promise<void> {
    await this.stopWorker();
    this.writer.close();
    this.reader.close();
    await this.server.stop();
    await Promise.all([this.upstream.stop(), this.downstream.stop()]);
  }
}
