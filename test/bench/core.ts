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
    for (const tables of SIZES) emit(repeat(tables, (heap) => benchOptimistic(rollout, tables, heap)));
  }
  for (const figure of ['add-column', 'acknowledge'] as const) {
    for (const sources of SIZES) emit(repeat(sources, (heap) => benchPessimistic(sources, heap, figure)));
  }
  for (const tables of SIZES) emit(repeat(tables, () => benchRecovery(tables)));
}

/** How many infos one figure is the mean of, at least. */
const INFOS = 20_000;

/**
 * The mean of so many runs that it says something; as many before them, while the code is optimised, don't count. The heap
 * is measured in a run of its own, because collecting garbage in between slows the others down.
 */
function repeat(tables: number, run: (measuresHeap: boolean) => BenchLine): BenchLine {
  const rounds = Math.ceil(INFOS / tables);
  for (let round = 0; round < rounds; round += 1) run(false);
  const lines = Array.from({ length: rounds }, () => run(false));
  const mean = (values: readonly (number | null)[]): number =>
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0) / values.length;
  return {
    ...run(true),
    per_info_us: mean(lines.map((line) => line.per_info_us)),
    total_ms: mean(lines.map((line) => line.total_ms)),
  };
}
