import { setTimeout as sleep } from 'node:timers/promises';
import { MergeBench } from './worker/merge-bench';

/** One measurement of a worker between two real databases, all on this machine. */
export interface WorkerLine {
  readonly what: string;
  /** Changes of rows, and in how many transactions they were written upstream. */
  readonly rows: number;
  readonly transactions: number;
  /** From the binlog to the downstream, in a second. */
  readonly rows_per_s: number;
  /** Milliseconds from a commit upstream to the row being there downstream; null: not measured. */
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  /** Share of one core that the worker took, with the coordinator in its process. */
  readonly worker_cpu: number;
  readonly rss: number;
}

const BACKLOG_ROWS = 100_000;
const MIXED_ROWS = 60_000;

/** How long rows flow while their delay is measured, and how many in a second. */
const FLOW_S = 10;
const FLOW_ROWS_PER_S = 1_000;
const FLOW_TURN_MS = 20;

/** A backlog of inserts, a backlog of everything, and rows as they come. */
export async function benchWorker(emit: (line: WorkerLine) => void): Promise<void> {
  const bench = await MergeBench.open();
  try {
    emit(await backlog(bench, 'worker/backlog-inserts', BACKLOG_ROWS, 100, () => bench.inserts(100)));
    emit(await backlog(bench, 'worker/backlog-small-transactions', MIXED_ROWS, 5, () => bench.inserts(5)));
    emit(await backlog(bench, 'worker/backlog-mixed', MIXED_ROWS, 4, () => bench.mixed()));
    emit(await flow(bench));
  } finally {
    await bench.close();
  }
}

/** Write while no worker runs, then see how fast it catches up. */
async function backlog(
  bench: MergeBench,
  what: string,
  rows: number,
  rowsOfOne: number,
  write: () => string,
): Promise<WorkerLine> {
  await bench.stopWorker();
  const transactions = rows / rowsOfOne;
  await bench.write(Array.from({ length: transactions }, write));
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  await bench.startWorker();
  await bench.untilMerged();
  return { ...{ what, rows, transactions }, ...figures(rows, startMs, cpu), p50_ms: null, p99_ms: null };
}

/** Rows come all the time; how long each turn of them takes to be there. */
async function flow(bench: MergeBench): Promise<WorkerLine> {
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  const delaysMs: number[] = [];
  const each = (FLOW_ROWS_PER_S * FLOW_TURN_MS) / 1_000;
  const arrivals: Promise<void>[] = [];
  const turns = (FLOW_S * 1_000) / FLOW_TURN_MS;
  for (let turn = 0; turn < turns; turn += 1) {
    await bench.write([bench.inserts(each)]);
    const last = bench.lastId;
    const writtenMs = performance.now();
    arrivals.push(bench.untilThere(last).then(() => void delaysMs.push(performance.now() - writtenMs)));
    await sleep(Math.max(0, startMs + (turn + 1) * FLOW_TURN_MS - performance.now()));
  }
  await Promise.all(arrivals);
  const rows = turns * each;
  const sorted = delaysMs.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return {
    ...{ what: 'worker/flow', rows, transactions: turns },
    ...figures(rows, startMs, cpu),
    ...{ p50_ms: at(0.5), p99_ms: at(0.99) },
  };
}

function figures(rows: number, startMs: number, cpu: NodeJS.CpuUsage) {
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  return {
    rows_per_s: (rows / elapsedMs) * 1_000,
    worker_cpu: (user + system) / 1_000 / elapsedMs,
    rss: process.memoryUsage.rss(),
  };
}
