import { parseTaskName } from '../../src/core/model/names';
import { EtcdServer } from '../support/etcd-server';
import { BenchChild } from './server/child';
import type { CoordinatorQuestion } from './etcd/coordinator-process';
import type { RolloutOrder } from './etcd/dm-workers';
import type { MeasuredRollout, WorkersQuestion } from './etcd/workers-process';

/** A rollout by workers that write etcd themselves. A figure that the measurement doesn't have is null. */
export interface EtcdRolloutLine {
  readonly what: string;
  readonly tables: number;
  readonly infos_per_s: number;
  /** Milliseconds from the sending of an info until its operation came. */
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  /** Milliseconds from the last acknowledgement until nothing of the lock is stored. */
  readonly gone_ms: number | null;
  /** Infos in a second by those of the stub over as many tables. */
  readonly ratio: number | null;
  /** Shares of one core. */
  readonly coordinator_cpu: number;
  readonly workers_cpu: number;
}

/** The start of a server on an etcd that holds infos. */
export interface EtcdRestartLine {
  readonly what: string;
  readonly tables: number;
  /** Milliseconds from the start of the server in its process until it leads and serves. */
  readonly ready_ms: number;
}

const TABLES = [10, 100, 1_000, 5_000] as const;
const CONCURRENCY = 16;
const WARM_UP = 1_000;
const RESTART_TABLES = 10_000;
/** Rollouts over few tables are over at once, so as many are measured as give so many infos. */
const INFOS = 1_000;

type Line = EtcdRolloutLine | EtcdRestartLine;

/** Rollouts over an etcd with 16 tables at work at once, each by the stub and then by the server; then a restart. */
export async function benchEtcd(emit: (line: Line) => void): Promise<void> {
  await onNewEtcd(async (bench) => {
    for (const tables of TABLES) {
      // In turns, so that whatever else the machine does slows down both.
      const stub = await bench.withCoordinator('stub', () => bench.rollOuts('stub', tables));
      emit(stub);
      const line = await bench.withCoordinator('real', () => bench.rollOuts('real', tables));
      emit({ ...line, ratio: line.infos_per_s / stub.infos_per_s });
    }
  });
  await onNewEtcd(async (bench) => emit(await bench.restart()));
}

async function onNewEtcd<T>(run: (bench: EtcdBench) => Promise<T>): Promise<T> {
  // As much as the histories of all rollouts take: nothing is compacted while they run.
  const etcd = await EtcdServer.start({ 'quota-backend-bytes': String(8 * 1024 ** 3) });
  const workers = BenchChild.start('../etcd/workers-process.ts', [etcd.url]);
  try {
    return await run(new EtcdBench(etcd.url, workers));
  } finally {
    await workers.stop();
    await etcd.stop();
  }
}

/** One etcd with its workers. */
class EtcdBench {
  #coordinator: BenchChild | null = null;
  #rollouts = 0;

  constructor(
    private readonly url: string,
    private readonly workers: BenchChild,
  ) {}

  async withCoordinator<T>(which: 'real' | 'stub', run: (readyMs: number) => Promise<T>): Promise<T> {
    const profile = process.env['LOCKSTEP_BENCH_PROFILE'];
    const profiling = profile === undefined || which === 'stub' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const coordinator = BenchChild.start('../etcd/coordinator-process.ts', [which, this.url], profiling);
    this.#coordinator = coordinator;
    try {
      const { readyMs } = await coordinator.ask<{ readonly readyMs: number }>({
        kind: 'started',
      } satisfies CoordinatorQuestion);
      return await run(readyMs);
    } finally {
      await coordinator.stop();
    }
  }

  async rollOuts(which: 'real' | 'stub', tables: number): Promise<EtcdRolloutLine> {
    await this.#rollOut(which, WARM_UP);
    await this.#cpu();
    const measured: MeasuredRollout[] = [];
    for (let rollout = 0; rollout < Math.max(1, INFOS / tables); rollout += 1)
      measured.push(await this.#rollOut(which, tables));
    return lineOf(which, tables, measured, await this.#cpu());
  }

  /** A server starts on so many infos that a server before it has answered, and that nobody has acknowledged. */
  async restart(): Promise<EtcdRestartLine> {
    const order: RolloutOrder = {
      task: parseTaskName('restart'),
      tables: RESTART_TABLES,
      concurrency: 64,
      untilGone: false,
    };
    await this.withCoordinator('real', () => this.workers.ask({ kind: 'report', order } satisfies WorkersQuestion));
    const readyMs = await this.withCoordinator('real', (ms) => Promise.resolve(ms));
    return { what: 'etcd/restart', tables: RESTART_TABLES, ready_ms: readyMs };
  }

  async #rollOut(which: 'real' | 'stub', tables: number): Promise<MeasuredRollout> {
    this.#rollouts += 1;
    const order = {
      task: parseTaskName(`rollout-${this.#rollouts}`),
      tables,
      concurrency: CONCURRENCY,
      untilGone: which === 'real',
    };
    return await this.workers.ask<MeasuredRollout>({ kind: 'roll-out', order } satisfies WorkersQuestion);
  }

  async #cpu(): Promise<number> {
    if (this.#coordinator === null) throw new Error('there is no coordinator');
    const { share } = await this.#coordinator.ask<{ readonly share: number }>({
      kind: 'cpu',
    } satisfies CoordinatorQuestion);
    return share;
  }
}

function lineOf(
  which: 'real' | 'stub',
  tables: number,
  measured: readonly MeasuredRollout[],
  cpu: number,
): EtcdRolloutLine {
  const sorted = measured.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const mean = (figure: (rollout: MeasuredRollout) => number): number =>
    measured.reduce((sum, rollout) => sum + figure(rollout), 0) / measured.length;
  const workMs = mean((rollout) => rollout.workMs);
  return {
    what: which === 'stub' ? 'etcd/stub' : 'etcd/rollout',
    ...{ tables, infos_per_s: (tables / workMs) * 1_000, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) },
    gone_ms: which === 'stub' ? null : mean(({ goneMs }) => goneMs ?? NaN),
    ratio: null,
    coordinator_cpu: cpu,
    workers_cpu: mean((rollout) => rollout.cpu),
  };
}
