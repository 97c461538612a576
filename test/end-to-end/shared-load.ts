import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api-client';
import { SeededRandom } from '../support/seeded-random';
import { Downstream } from './downstream';
import { EndlessRollout } from './endless-rollout';
import { Ledger } from './ledger';
import { Operator } from './operator';
import { PlayedWorker } from './played-worker';
import type { Mischief } from './played-worker';

/** Workers repeat what had no answer, and nothing else: every DDL is to be ordered exactly once. */
const NO_MISCHIEF: Mischief = { repeat: 6, late: 6, fail: 0, recreate: 0 };

const SOURCES = ['source-0', 'source-1', 'source-2'];

/** Rollouts in both modes, whose workers are spread over all servers. */
export class SharedLoad {
  readonly ledger = new Ledger();
  readonly downstream = new Downstream();
  readonly optimistic = new EndlessRollout('quick', 3);
  readonly pessimistic = new EndlessRollout('careful', 2);
  readonly #stop = new AbortController();
  readonly #clients: readonly ApiClient[];
  readonly #random: SeededRandom;
  readonly #workers: readonly PlayedWorker[];
  #playing: Promise<unknown> = Promise.resolve();

  constructor(urls: readonly string[], seed: number) {
    this.#random = new SeededRandom(seed);
    this.#clients = urls.map((url) => new ApiClient(url, this.#stop.signal));
    this.#workers = SOURCES.flatMap((source, index) => [
      this.#worker(this.optimistic, 'OPTIMISTIC', source, index),
      this.#worker(this.pessimistic, 'PESSIMISTIC', source, index + 1),
    ]);
  }

  /** Let all workers begin. */
  start(): void {
    this.#playing = Promise.all(this.#workers.map((worker) => worker.run()));
    // What goes wrong is told by `finish`.
    this.#playing.catch(() => undefined);
  }

  /** Resolves when workers of all servers have had some more answers. */
  async progress(answers: number): Promise<void> {
    const { acknowledgements } = this.ledger;
    const enough = acknowledgements.length + answers;
    const end = Date.now() + 60_000;
    while (acknowledgements.length < enough) {
      if (Date.now() > end) throw new Error(`nothing goes on:\n${this.#describe()}`);
      await sleep(50);
    }
  }

  /** Begin no more rounds, and let everything come to its end. */
  async finish(endMs: number): Promise<void> {
    for (const rollout of [this.optimistic, this.pessimistic]) rollout.end();
    const late = sleep(endMs, 'late' as const, { ref: false });
    if ((await Promise.race([this.#playing, late])) === 'late')
      throw new Error(`the workers don't come to an end:\n${this.#describe()}`);
    for (const client of this.#clients) await this.#untilNoLocks(client);
  }

  /** Close all connections. */
  end(): void {
    this.#stop.abort();
  }

  #describe(): string {
    return this.#workers.flatMap((worker) => worker.describe()).join('\n');
  }

  #worker(rollout: EndlessRollout, mode: 'OPTIMISTIC' | 'PESSIMISTIC', source: string, turn: number): PlayedWorker {
    const { task, target } = rollout;
    const client = this.#clients[turn % this.#clients.length];
    if (client === undefined) throw new Error('there is no server');
    const { ledger, downstream } = this;
    return new PlayedWorker({
      ...{ client, ledger, downstream, mischief: NO_MISCHIEF, random: this.#random.fork() },
      identity: { worker: `worker-${source}`, task, source, mode, expectedSources: SOURCES },
      ...{ target, tables: rollout.tablesOf(), beforeExecuting: () => Promise.resolve() },
    });
  }

  async #untilNoLocks(client: ApiClient): Promise<void> {
    const operator = new Operator(client, this.ledger, this.#random.fork(), 'operator');
    const end = Date.now() + 20_000;
    for (;;) {
      const locks = await operator.locks();
      if (locks.length === 0) return;
      if (Date.now() > end) throw new Error(`locks stay: ${JSON.stringify(locks)}`);
      await sleep(100);
    }
  }
}
