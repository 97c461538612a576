import { operate, until } from '../operator-requests';
import { lockOf, registered } from '../plain-worker';
import type { PlainWorker } from '../plain-worker';
import { ask } from '../plain-client';

const DDLS = ['ALTER TABLE `shard_db`.`shard_table` ADD COLUMN `c` INT'];

/** Workers of one pessimistic task, which live through one lock after the other: eleven events a lock or so. */
export class LockTraffic {
  #round = 0;

  private constructor(
    private readonly url: string,
    readonly task: string,
    private readonly workers: readonly PlainWorker[],
  ) {}

  static async start(url: string, task: string, sources: readonly string[] = ['s1', 's2']): Promise<LockTraffic> {
    await operate(url, 'putTask', { name: task, mode: 'PESSIMISTIC', sources });
    const workers: PlainWorker[] = [];
    for (const source of sources)
      workers.push(await registered(url, `w-${task}-${source}`, task, source, 'PESSIMISTIC'));
    return new LockTraffic(url, task, workers);
  }

  /** The first report only: the lock waits for the others. */
  async begin(): Promise<void> {
    await this.workers[0]?.reportSource(DDLS, `a${this.#round}`);
  }

  /** One lock from its first report to its end. */
  async live(): Promise<void> {
    for (const worker of this.workers) await worker.reportSource(DDLS, `a${this.#round}`);
    this.#round += 1;
    for (const worker of this.workers) {
      const [operation] = await until(
        () => worker.pending(),
        ({ length }) => length > 0,
      );
      if (operation !== undefined) await worker.acknowledge(operation);
    }
    await until(
      () => ask<unknown>(this.url, `query ($id: ID!) { shardLock(id: $id) { id } }`, { id: lockOf(this.task) }),
      (lock) => lock === null,
    );
  }
}
