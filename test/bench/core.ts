import { benchMicro } from './core-micro';
import { benchOptimistic, benchRecovery } from './core-optimistic';
import { benchPessimistic } from './core-pessimistic';
import type { BenchLine } from './bench-line';

/** How many shards the rollouts have. */
const SIZES = [10, 100, 1_000, 10_000, 100_000];

/** The core without a store: reading, deciding, planning, and folding back what was planned. */
export function benchCore(emit: (line: BenchLine) => void): void {
  benchMicro(emit);
  for (const rollout of ['add-column', 'all-different', 'half-in-conflict'] as const) {
    for (const tables of SIZES) emit(repeat(tables, () => benchOptimistic(rollout, tables)));
  }
  for (const sources of SIZES) emit(repeat(sources, () => benchPessimistic(sources)));
  for (const tables of SIZES) emit(repeat(tables, () => benchRecovery(tables)));
}

/** How many infos one figure is the mean of, at least. */
const INFOS = 20_000;

/** The mean of so many runs that it says something; those of the first half, before the code is optimised, don't count. */
function repeat(tables: number, run: () => BenchLine): BenchLine {
  const rounds = Math.ceil(INFOS / tables);
  for (let round = 0; round < rounds; round += 1) run();
  const lines = Array.from({ length: rounds }, run);
  const mean = (values: readonly (number | null)[]): number | null =>
    values.some((value) => value === null)
      ? null
      : values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
  return {
    ...(lines[0] ?? run()),
    per_info_us: mean(lines.map((line) => line.per_info_us)),
    total_ms: mean(lines.map((line) => line.total_ms)) ?? 0,
    heap_bytes: mean(lines.map((line) => line.heap_bytes)),
  };
}
