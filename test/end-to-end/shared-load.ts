import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api-client';
import { SeededRandom } from '../support/seeded-random';
import { Downstream } from './downstream';
import { EndlessRollout } from './endless-rollout';
import { Ledger } from './ledger';
import { Operator } from './operator';
import { PlayedWorker } from './played-worker';
import type { Mischief } from './played-worker';
import { declareHeld, unlockHeld } from './unlock-held';

/** Workers repeat what had no answer, and nothing else: every DDL is to be ordered exactly once. */
const NO_MISCHIEF: Mischief = { repeat: 6, late: 6, fail: 0, recreate: 0 };

const SOURCES = ['source-0', 'source-1', 'source-2'];

/** Rollouts in both modes, and one that people help along, whose workers and people are spread over all servers. */
export class SharedLoad {
  readonly ledger = new Ledger();
  readonly downstream = new Downstream();
  readonly optimistic = new EndlessRollout('quick', 3);
  readonly pessimistic = new EndlessRollout('careful', 2);
  /** Each of its locks is unlocked by hand. */
  readonly held = new EndlessRollout('held', 1);
  readonly #stop = new AbortController();
  readonly #clients: readonly ApiClient[];
  readonly #random: SeededRandom;
  readonly #workers: readonly PlayedWorker[];
  readonly #operators: readonly Operator[];
  #playing: Promise<unknown> = Promise.resolve();

  constructor(urls: readonly string[], seed: number) {
    this.#random = new SeededRandom(seed);
    this.#clients = urls.map((url) => new ApiClient(url, this.#stop.signal));
    this.#workers = [
      ...SOURCES.flatMap((source, index) => [
        this.#worker(this.optimistic, 'OPTIMISTIC', source, index),
        this.#worker(this.pessimistic, 'PESSIMISTIC', source, index + 1),
      ]),
      this.#worker(this.held, 'PESSIMISTIC', 'source-0', 2),
    ];
    this.#operators = this.#clients.map(
      (client, index) => new Operator(client, this.ledger, this.#random.fork(), `operator-${index}`),
    );
  }

  /** Let all workers, and those who help them, begin. */
  async start(): Promise<void> {
    await declareHeld(this.held.task, this.#operator());
    let isPlaying = true;
    const working = Promise.all(this.#workers.map((worker) => worker.run())).finally(() => (isPlaying = false));
    const unlocking = unlockHeld(
      this.held.task,
      () => this.#operator(),
      () => isPlaying,
    );
    this.#playing = Promise.all([working, unlocking]);
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
    for (const rollout of [this.optimistic, this.pessimistic, this.held]) rollout.end();
    const late = sleep(endMs, 'late' as const, { ref: false });
    if ((await Promise.race([this.#playing, late])) === 'late')
      throw new Error(`the workers don't come to an end:\n${this.#describe()}`);
    for (const operator of this.#operators) await this.#untilNoLocks(operator);
    for (const operator of this.#operators) await operator.repeatAll();
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
      identity: {
        worker: `worker-${source}`,
        task,
        source,
        mode,
        expectedSources: rollout === this.held ? null : SOURCES,
      },
      ...{ target, tables: rollout.tablesOf(), beforeExecuting: () => Promise.resolve() },
    });
  }

  /** Whoever's turn it is. */
  #operator(): Operator {
    return this.#random.pick(this.#operators);
  }

  async #untilNoLocks(operator: Operator): Promise<void> {
    const end = Date.now() + 20_000;
    for (;;) {
      const locks = await operator.locks();
      if (locks.length === 0) return;
      if (Date.now() > end) throw new Error(`locks stay: ${JSON.stringify(locks)}`);
      await sleep(100);
    }
  }
}
