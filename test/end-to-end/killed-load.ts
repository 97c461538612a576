import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api-client';
import { SeededRandom } from '../support/seeded-random';
import { Downstream } from './downstream';
import { EndlessRollout } from './endless-rollout';
import { Ledger } from './ledger';
import { Operator } from './operator';
import { declareHeld, unlockHeld } from './unlock-held';
import { PlayedWorker } from './played-worker';
import type { Mischief } from './played-worker';
import type { ServerProcess } from './server-process';

/** Workers repeat what had no answer, and nothing else: every DDL is to be ordered exactly once. */
const NO_MISCHIEF: Mischief = { repeat: 6, late: 6, fail: 0, recreate: 0 };

/** A server lives so long at most before it is killed again, in milliseconds. */
const MAX_LIFE_MS = 700;

const SOURCES = ['source-0', 'source-1', 'source-2'];

/** The task of which one source never reports: each of its locks is unlocked by hand. */
const HELD_TASK = 'held';

/** Workers and an operator whose server is killed over and over. */
export class KilledLoad {
  readonly ledger = new Ledger();
  readonly downstream = new Downstream();
  readonly optimistic = new EndlessRollout('quick', 3);
  readonly pessimistic = new EndlessRollout('careful', 2);
  readonly held = new EndlessRollout(HELD_TASK, 1);
  readonly #stop = new AbortController();
  readonly #client: ApiClient;
  readonly #random: SeededRandom;
  readonly #operator: Operator;
  readonly #workers: PlayedWorker[];
  #kills = 0;

  constructor(
    private readonly server: ServerProcess,
    seed: number,
  ) {
    this.#random = new SeededRandom(seed);
    this.#client = new ApiClient(server.url, this.#stop.signal);
    this.#operator = new Operator(this.#client, this.ledger, this.#random.fork(), 'operator');
    this.#workers = [
      ...SOURCES.map((source) => this.#worker(this.optimistic, 'OPTIMISTIC', source)),
      ...SOURCES.map((source) => this.#worker(this.pessimistic, 'PESSIMISTIC', source)),
      this.#worker(this.held, 'PESSIMISTIC', 'source-0'),
    ];
  }

  /** Kill the server so many times, start it again, and let everything come to its end. */
  async run(kills: number, endMs: number): Promise<void> {
    await declareHeld(HELD_TASK, this.#operator);
    let isPlaying = true;
    const played = Promise.all(this.#workers.map((worker) => worker.run())).finally(() => (isPlaying = false));
    // The worker acknowledges only after the next kill, so each action outlives one.
    const unlocking = unlockHeld(
      HELD_TASK,
      () => this.#operator,
      () => isPlaying,
    );
    const killed = this.#kill(kills);
    await Promise.race([killed, Promise.all([played, unlocking])]);
    await killed;
    for (const rollout of [this.optimistic, this.pessimistic, this.held]) rollout.end();
    // Nobody waits for it once the workers have ended.
    const late = sleep(endMs, 'late' as const, { ref: false });
    if ((await Promise.race([Promise.all([played, unlocking]), late])) === 'late') {
      const waiting = this.#workers.flatMap((worker) => worker.describe());
      throw new Error(`the workers don't come to an end:\n${waiting.join('\n')}`);
    }
    await this.#untilNoLocks();
    await this.#operator.repeatAll();
  }

  /** Close all connections. */
  end(): void {
    this.#stop.abort();
  }

  async #kill(kills: number): Promise<void> {
    for (let kill = 1; kill <= kills; kill += 1) {
      await sleep(MAX_LIFE_MS * this.#random.next());
      await this.server.kill();
      await this.server.start();
      this.#kills = kill;
    }
  }

  #worker(rollout: EndlessRollout, mode: 'OPTIMISTIC' | 'PESSIMISTIC', source: string): PlayedWorker {
    const { task, target } = rollout;
    const expectedSources = task === HELD_TASK ? null : SOURCES;
    const { ledger, downstream } = this;
    const beforeExecuting = async (): Promise<void> => {
      const before = this.#kills;
      while (task === HELD_TASK && this.#kills === before && !rollout.hasEnded) await sleep(20);
    };
    return new PlayedWorker({
      ...{ client: this.#client, ledger, downstream, mischief: NO_MISCHIEF, random: this.#random.fork() },
      identity: { worker: `worker-${source}`, task, source, mode, expectedSources },
      ...{ target, tables: rollout.tablesOf(), beforeExecuting },
    });
  }

  async #untilNoLocks(): Promise<void> {
    const end = Date.now() + 10_000;
    for (;;) {
      const locks = await this.#operator.locks();
      if (locks.length === 0) return;
      if (Date.now() > end) throw new Error(`locks stay: ${JSON.stringify(locks)}`);
      await sleep(100);
    }
  }
}
