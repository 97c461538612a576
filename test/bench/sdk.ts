import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { BenchChild } from './server/child';
import type { ServerMemory, ServerQuestion } from './server/server-process';
import type { RolloutPlace } from './sdk/rollout-worker';
import type { RolloutFigures, WorkerOrder } from './sdk/worker-process';

/** One measurement of rollouts by workers of the SDK. */
export interface SdkLine {
  readonly what: string;
  readonly processes: number;
  readonly shards: number;
  /** How many rollouts were measured; each begins when the one before is over. */
  readonly rollouts: number;
  /** Infos that were reported, executed and acknowledged in a second. */
  readonly infos_per_s: number;
  /** Milliseconds from the meeting of a DDL to its acknowledgement; all shards of a source meet theirs at once. */
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  /** Share of one core that the server took. */
  readonly server_cpu: number;
  /** Bytes of all workers together, and of the server, at the end. */
  readonly workers_rss: number;
  readonly server_rss: number;
}

const SOURCES = 20;
const SHARDS = 1_000;
const ROLLOUTS = 5;

/** 20 sources of 50 shards: in one process that works for all of them, and in one process each. */
export async function benchSdk(emit: (line: SdkLine) => void): Promise<void> {
  for (const processes of [1, SOURCES]) emit(await measure(processes));
}

async function measure(processes: number): Promise<SdkLine> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bench-sdk-'));
  const server = BenchChild.start('server-process.ts', ['real'], ['--expose-gc']);
  const ask = <T>(question: ServerQuestion): Promise<T> => server.ask<T>(question);
  const workers = Array.from({ length: processes }, () => BenchChild.start('../sdk/worker-process.ts', []));
  const order = <T>(message: WorkerOrder): Promise<readonly T[]> =>
    Promise.all(workers.map((worker) => worker.ask<T>(message)));
  try {
    const { url } = await ask<{ readonly url: string }>({ kind: 'url' });
    const places = placesOf(url, folder);
    await Promise.all(
      workers.map((worker, index) =>
        worker.ask({ kind: 'start', places: places.filter((_, place) => place % processes === index) }),
      ),
    );
    await order({ kind: 'roll-out' });
    await ask({ kind: 'cpu' });
    const startMs = performance.now();
    const figures: RolloutFigures[][] = [];
    for (let rollout = 0; rollout < ROLLOUTS; rollout += 1)
      figures.push([...(await order<RolloutFigures>({ kind: 'roll-out' }))]);
    const elapsedMs = performance.now() - startMs;
    const { share } = await ask<{ readonly share: number }>({ kind: 'cpu' });
    const { rssBytes } = await ask<ServerMemory>({ kind: 'memory' });
    return {
      ...{ what: `sdk/rollout-${processes}`, processes, shards: SHARDS, rollouts: ROLLOUTS },
      infos_per_s: ((SHARDS * ROLLOUTS) / elapsedMs) * 1_000,
      ...latencies(figures.flat().flatMap(({ latenciesMs }) => latenciesMs)),
      server_cpu: share,
      workers_rss: (figures.at(-1) ?? []).reduce((sum, { rssBytes: bytes }) => sum + bytes, 0),
      server_rss: rssBytes,
    };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function placesOf(url: string, folder: string): readonly RolloutPlace[] {
  const each = SHARDS / SOURCES;
  return Array.from({ length: SOURCES }, (_, index) => {
    const shards = Array.from({ length: each }, (_shard, shard) => `orders_${index * each + shard}`);
    return { url, folder, source: `source-${index}`, shards };
  });
}

function latencies(latenciesMs: readonly number[]): Pick<SdkLine, 'p50_ms' | 'p99_ms' | 'max_ms'> {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}
