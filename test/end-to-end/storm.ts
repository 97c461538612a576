import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from '../support/api-client';
import { SeededRandom } from '../support/seeded-random';
import { Downstream } from './downstream';
import { Ledger } from './ledger';
import { Operator } from './operator';
import type { ManualAction, SeenLock } from './operator';
import { PlayedWorker } from './played-worker';
import type { Mischief } from './played-worker';
import { playedTask } from './rollout';
import type { PlayedTask } from './rollout';
import type { ServerInProcess } from './server-in-process';

/** How long a storm blows, in milliseconds. */
export interface StormLength {
  readonly stormMs: number;
  readonly restarts: number;
  /** How long afterwards it may take until the next operation is acknowledged: however many are left, they go on. */
  readonly calmMs: number;
}

const MISCHIEF: Mischief = { repeat: 3, late: 4, fail: 8, recreate: 12 };

const WORKER_RESTARTS_MS = 400;
const ACTIONS_MS = 150;
const OVERTHROWS_MS = 300;

/** Workers, people and a server that don't get on: reports, repeated and late messages, manual actions, restarts. */
export class Storm {
  readonly ledger = new Ledger();
  readonly downstream = new Downstream();
  restarts = 0;
  overthrows = 0;
  readonly #random: SeededRandom;
  readonly #stop = new AbortController();
  readonly #clients: readonly ApiClient[];
  readonly #tasks: readonly PlayedTask[];
  readonly #workers: PlayedWorker[] = [];
  readonly #operators: readonly [Operator, Operator];
  #blowing = true;
  #playing = true;

  /** @param servers all on one store; workers and people are spread over them */
  constructor(
    private readonly servers: readonly ServerInProcess[],
    seed: number,
    private readonly length: StormLength,
  ) {
    const random = new SeededRandom(seed);
    this.#random = random;
    this.#clients = servers.map(({ url }) => new ApiClient(url, this.#stop.signal));
    const size = { sources: 3, tables: 4, rounds: 3 };
    this.#tasks = [
      playedTask('agreeing', 'OPTIMISTIC', size, { random, quarrel: 0 }),
      playedTask('quarrelling', 'OPTIMISTIC', size, { random, quarrel: 6 }),
      playedTask('careful', 'PESSIMISTIC', { ...size, rounds: 4 }, { random, quarrel: 0 }),
      playedTask('careless', 'PESSIMISTIC', { ...size, rounds: 4 }, { random, quarrel: 8 }),
    ];
    this.#operators = [this.#operator('one', 0), this.#operator('two', 1)];
  }

  /** Let it blow, and come to rest: every worker has met all its DDLs, every action has ended. */
  async run(): Promise<void> {
    for (const task of this.#tasks) this.#employ(task);
    const played = Promise.all(this.#workers.map((worker) => worker.run()));
    const chaos = Promise.all([
      this.#restartServer(),
      ...(this.servers.length > 1 ? [this.#overthrow()] : []),
      this.#restartWorkers(),
      ...this.#operators.map((operator) => this.#actAtRandom(operator)),
    ]);
    await Promise.race([sleep(this.length.stormMs, undefined, { ref: false }), Promise.all([played, chaos])]);
    this.#blowing = false;
    await chaos;
    await this.#calm(played);
    for (const operator of this.#operators) await operator.repeatAll();
  }

  /** Close all connections. */
  end(): void {
    this.#stop.abort();
  }

  #operator(name: string, turn: number): Operator {
    return new Operator(this.#clientOf(turn), this.ledger, this.#random.fork(), name);
  }

  #clientOf(turn: number): ApiClient {
    const client = this.#clients[turn % this.#clients.length];
    if (client === undefined) throw new Error('a storm needs a server');
    return client;
  }

  #employ({ task, mode, target, sources }: PlayedTask): void {
    for (const [source, tables] of sources) {
      const random = this.#random.fork();
      const beforeExecuting = async (): Promise<void> => {
        if (this.#blowing) await sleep(random.below(40));
      };
      const identity = { worker: `worker-${source}`, task, source, mode, expectedSources: [...sources.keys()] };
      const { ledger, downstream } = this;
      const client = this.#clientOf(this.#workers.length);
      const common = { client, ledger, downstream, mischief: MISCHIEF };
      this.#workers.push(new PlayedWorker({ ...common, identity, target, tables, random, beforeExecuting }));
    }
  }

  async #restartServer(): Promise<void> {
    for (let restart = 0; restart < this.length.restarts && this.#blowing; restart += 1) {
      await sleep((this.length.stormMs / (this.length.restarts + 1)) * (0.5 + this.#random.next()));
      // Where there are several, another one leads from then on.
      const server = this.servers.find(({ isLeading }) => isLeading) ?? this.#random.pick(this.servers);
      await server.stop();
      await server.start();
      this.restarts += 1;
    }
  }

  async #overthrow(): Promise<void> {
    const random = this.#random.fork();
    while (this.#blowing) {
      await sleep(OVERTHROWS_MS * 2 * random.next());
      const leader = this.servers.find(({ isLeading }) => isLeading);
      if (leader === undefined) continue;
      await leader.overthrow();
      this.overthrows += 1;
    }
  }

  async #restartWorkers(): Promise<void> {
    const random = this.#random.fork();
    while (this.#blowing) {
      await sleep(WORKER_RESTARTS_MS * 2 * random.next());
      const worker = random.pick(this.#workers);
      if (random.oneIn(2)) await worker.restart();
      else worker.cutStream();
    }
  }

  async #actAtRandom(operator: Operator): Promise<void> {
    const random = this.#random.fork();
    while (this.#blowing) {
      await sleep(ACTIONS_MS * 2 * random.next());
      await this.#actOnce(operator, random);
    }
  }

  async #actOnce(operator: Operator, random: SeededRandom): Promise<void> {
    const { task, mode, sources } = random.pick(this.#tasks);
    const source = random.pick([...sources.keys()]);
    switch (random.below(12)) {
      case 0: {
        const exclusion = { mutation: 'excludeShardSource', type: 'ShardExcludeSourceInput' };
        await operator.act({ ...exclusion, input: { task, source } }, 2_000);
        await operator.act({ ...exclusion, input: { task, source, undo: true } }, 2_000);
        return;
      }
      case 1: {
        const table = mode === 'OPTIMISTIC' ? { schema: 'db', table: random.pick(sources.get(source) ?? []).name } : {};
        const input = { task, source, ...table };
        await operator.act({ mutation: 'retryShardInfo', type: 'ShardRetryInfoInput', input }, 2_000);
        return;
      }
      case 2: {
        const input = { task, sources: [source], force: true };
        const removal = { mutation: 'removeShardMeta', type: 'ShardRemoveMetaInput', input };
        const worker = this.#workers.find(
          ({ options: { identity } }) => identity.task === task && identity.source === source,
        );
        // What was stored of the source goes with its reports, so its worker begins anew.
        await worker?.disturb(() => operator.act(removal, 2_000));
        return;
      }
      case 3: {
        const input = { task, source, action: random.pick(['EXEC', 'SKIP']), force: random.oneIn(2) };
        await operator.act({ mutation: 'breakShardLock', type: 'ShardBreakLockInput', input }, 300);
        return;
      }
      default: {
        const locks = await operator.locks();
        if (locks.length > 0) await operator.act(unlockOf(random.pick(locks), random), 200 + random.below(800));
      }
    }
  }

  /** Act by hand, without haste, until all workers are done. */
  async #calm(played: Promise<unknown>): Promise<void> {
    const { acknowledgements } = this.ledger;
    let [acknowledged, end] = [-1, 0];
    const watched = played.finally(() => (this.#playing = false));
    watched.catch(() => undefined);
    const [operator] = this.#operators;
    for (;;) {
      if (acknowledgements.length > acknowledged) {
        acknowledged = acknowledgements.length;
        end = Date.now() + this.length.calmMs;
      }
      if (!this.#isPlaying() || Date.now() > end) break;
      await Promise.race([watched, sleep(100)]);
      const locks = this.#isPlaying() ? await operator.locks() : [];
      for (const lock of locks) await this.#release(operator, lock);
      // Forcing a lock away leaves its workers blocked: they are restarted, as an operator would.
      for (const worker of this.#workers) {
        const isHeld = locks.some(({ id }) => id.startsWith(`${worker.options.identity.task}-`));
        if (this.#isPlaying() && !isHeld && worker.isBlocked) await worker.restart();
      }
    }
    if (this.#isPlaying()) {
      const waiting = this.#workers.flatMap((worker) => worker.describe());
      const locks = (await operator.locks()).map((lock) => JSON.stringify(lock));
      throw new Error(`the workers don't come to an end:\n${[...waiting, ...locks].join('\n')}`);
    }
    await watched;
  }

  /** Whether workers still play, which changes while one waits. */
  #isPlaying(): boolean {
    return this.#playing;
  }

  async #release(operator: Operator, lock: SeenLock): Promise<void> {
    const unlock = { mutation: 'unlockShardLock', type: 'ShardUnlockLockInput' };
    const waits = lock.participants.some(({ conflictStage }) => conflictStage !== null && conflictStage !== 'NONE');
    if (lock.mode === 'OPTIMISTIC') {
      if (waits) await operator.act({ ...unlock, input: { lockId: lock.id, action: 'EXEC', force: true } }, 2_000);
      return;
    }
    if (lock.state !== 'EXECUTING')
      await operator.act({ ...unlock, input: { lockId: lock.id, forceRemove: true } }, 1_000);
  }
}

function unlockOf({ id: lockId, mode, participants }: SeenLock, random: SeededRandom): ManualAction {
  const unlock = { mutation: 'unlockShardLock', type: 'ShardUnlockLockInput' };
  if (mode === 'OPTIMISTIC') {
    const input = { lockId, action: random.pick(['EXEC', 'SKIP']), force: random.oneIn(2) };
    return { ...unlock, input };
  }
  const owner = random.oneIn(2) && participants.length > 0 ? { owner: random.pick(participants).sourceId } : {};
  return { ...unlock, input: { lockId, forceRemove: random.oneIn(3), ...owner } };
}
