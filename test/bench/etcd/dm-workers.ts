import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Etcd3 } from 'etcd3';
import type { Watcher } from 'etcd3';
import type { TaskName, UpstreamTable } from '../../../src/core/model/names';
import { dmPrefix, formatDmKey } from '../../../src/core/wire/dm-keys';
import { decodeOptimisticOperation, encodeOptimisticOperation } from '../../../src/core/wire/optimistic-operation';
import type { DmOptimisticOperation } from '../../../src/core/wire/optimistic-operation';
import { infoText, shardDdls, shardsOf, sourceTablesOf } from '../shard-infos';
import type { ShardDdl } from '../shard-infos';

/** A rollout of one DDL. */
export interface RolloutOrder {
  /** A new name for each rollout. */
  readonly task: TaskName;
  readonly tables: number;
  /** So many tables are always under way. */
  readonly concurrency: number;
  /** Whether to wait until the coordinator has removed the lock; a stub has none. */
  readonly untilGone: boolean;
}

/** What a rollout came to, in milliseconds. */
export interface RolloutFigures {
  /** From the sending of an info until its operation came, in the order of the infos. */
  readonly latenciesMs: readonly number[];
  /** From the first info until the last acknowledgement. */
  readonly workMs: number;
  /** From the last acknowledgement until the lock's operations were gone; null: not waited for. */
  readonly goneMs: number | null;
}

/** Infos of ten columns, as tables usually have. */
const COLUMNS = 10;

const DDL = 'ALTER TABLE `shop`.`orders` ADD COLUMN `note` VARCHAR(255)';

/** Workers that speak with the coordinator through etcd alone, as DM's do (8-settled, the wire format). */
export class DmWorkers {
  readonly #client: Etcd3;
  readonly #ddl: ShardDdl = shardDdls(COLUMNS)(DDL);

  constructor(url: string) {
    this.#client = new Etcd3({ hosts: url });
  }

  /** Put the tables of all sources, report a DDL of each table, execute what is answered, until all of them have. */
  async rollOut(order: RolloutOrder): Promise<RolloutFigures> {
    const { task, tables } = order;
    const operations = await OperationWatch.start(this.#client, task);
    const latenciesMs: number[] = [];
    await this.#putSourceTables(order);
    const startMs = performance.now();
    await this.#forEach(order, async (shard) => {
      const { key, operation, latencyMs } = await this.#report(task, shard, operations);
      latenciesMs.push(latencyMs);
      await this.#put(key, encodeOptimisticOperation({ ...operation, done: true }));
    });
    const doneMs = performance.now();
    if (order.untilGone) await operations.gone(tables);
    const goneMs = order.untilGone ? performance.now() - doneMs : null;
    await operations.stop();
    // What a stub leaves would be the work of a server that starts later; a server leaves the tables of the sources.
    for (const kind of ['optimistic-info', 'optimistic-operation', 'optimistic-source-tables'] as const)
      await this.#client.delete().prefix(dmPrefix(kind, task));
    return { latenciesMs, workMs: doneMs - startMs, goneMs };
  }

  /** Report a DDL of each table, wait for the answers, and acknowledge none. */
  async report(order: RolloutOrder): Promise<void> {
    const operations = await OperationWatch.start(this.#client, order.task);
    await this.#putSourceTables(order);
    await this.#forEach(order, async (shard) => {
      await this.#report(order.task, shard, operations);
    });
    await operations.stop();
  }

  stop(): void {
    this.#client.close();
  }

  async #putSourceTables({ task, tables }: RolloutOrder): Promise<void> {
    for (const [key, value] of sourceTablesOf(task, shardsOf(tables))) await this.#put(key, value);
  }

  async #forEach({ tables, concurrency }: RolloutOrder, work: (shard: UpstreamTable) => Promise<void>): Promise<void> {
    const waiting = shardsOf(tables);
    const goOn = async (): Promise<void> => {
      for (let shard = waiting.shift(); shard !== undefined; shard = waiting.shift()) await work(shard);
    };
    await Promise.all(Array.from({ length: concurrency }, goOn));
  }

  /** Put the info of a table, and wait for its operation. */
  async #report(
    task: TaskName,
    table: UpstreamTable,
    operations: OperationWatch,
  ): Promise<{ readonly key: string; readonly operation: DmOptimisticOperation; readonly latencyMs: number }> {
    const key = formatDmKey({ kind: 'optimistic-operation', task, table });
    const answered = operations.next(key);
    const text = infoText(task, table, this.#ddl);
    const sentMs = performance.now();
    await this.#put(formatDmKey({ kind: 'optimistic-info', task, table }), text);
    const operation = decodeOptimisticOperation(await answered);
    const latencyMs = performance.now() - sentMs;
    if (operation.stage !== 'none') throw new Error(`unexpected stage: ${JSON.stringify(operation)}`);
    return { key, operation, latencyMs };
  }

  async #put(key: string, value: string): Promise<void> {
    await this.#client.kv.put({ key: Buffer.from(key), value: Buffer.from(value) });
  }
}

/** The operations of a task as they come. */
class OperationWatch {
  readonly #awaited = new Map<string, (value: string) => void>();
  #deleted = 0;
  #look: () => void = () => undefined;

  private constructor(private readonly watcher: Watcher) {
    watcher.on('put', ({ key, value }) => {
      const name = key.toString();
      this.#awaited.get(name)?.(value.toString());
      this.#awaited.delete(name);
    });
    watcher.on('delete', () => {
      this.#deleted += 1;
      this.#look();
    });
  }

  static async start(client: Etcd3, task: TaskName): Promise<OperationWatch> {
    const watcher = client.watch().prefix(dmPrefix('optimistic-operation', task)).watcher();
    const watch = new OperationWatch(watcher);
    await once(watcher, 'connected');
    return watch;
  }

  /** The next value of a key. */
  next(key: string): Promise<string> {
    return new Promise((resolve) => this.#awaited.set(key, resolve));
  }

  /** Resolves when so many operations were deleted. */
  gone(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.#deleted >= count) resolve();
      };
      this.#look();
    });
  }

  async stop(): Promise<void> {
    await this.watcher.cancel();
  }
}
