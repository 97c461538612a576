import type { SeededRandom } from '../support/seeded-random';
import type { PlayedTable } from './played-worker';
import { DdlWriter } from './played-schema';
import type { PlayedDdl } from './played-schema';

/** One task of a rollout with its sources and their tables. */
export interface PlayedTask {
  readonly task: string;
  readonly mode: 'OPTIMISTIC' | 'PESSIMISTIC';
  readonly target: { readonly schema: string; readonly table: string };
  readonly sources: ReadonlyMap<string, readonly PlayedTable[]>;
}

/** How large a task is. */
export interface TaskSize {
  readonly sources: number;
  readonly tables: number;
  readonly rounds: number;
}

/**
 * A task in which all tables meet the same DDLs, round after round: columns are added, widened, renamed and dropped.
 * @param quarrel in one of so many tables a DDL is another one, as when somebody made it by hand; 0: never
 */
export function playedTask(
  task: string,
  mode: PlayedTask['mode'],
  { sources, tables, rounds }: TaskSize,
  { random, quarrel }: { readonly random: SeededRandom; readonly quarrel: number },
): PlayedTask {
  const target = { schema: 'shop', table: `orders_${task.replaceAll('-', '_')}` };
  const writer = new DdlWriter(target);
  const scriptOf = (): PlayedDdl[] =>
    Array.from({ length: rounds }, (_, round) => {
      const isOdd = quarrel > 0 && random.oneIn(quarrel);
      return roundOf(writer, round, isOdd);
    }).flat();
  const entries = Array.from({ length: sources }, (_, source) => {
    const shared = mode === 'PESSIMISTIC' ? scriptOf() : null;
    const list = Array.from({ length: tables }, (_unused, table): PlayedTable => ({
      name: `t_${table}`,
      script: shared ?? scriptOf(),
    }));
    return [`source-${source}`, list] as const;
  });
  return { task, mode, target, sources: new Map(entries) };
}

function roundOf(writer: DdlWriter, round: number, isOdd: boolean): PlayedDdl[] {
  const [first, second] = [`a_${round}`, `b_${round}`];
  return [
    writer.addColumn(first, isOdd ? 'DATETIME' : 'INT'),
    writer.addColumn(second, 'VARCHAR(10)'),
    writer.modifyColumn('note', `VARCHAR(${30 + round})`),
    writer.dropColumn(first),
    writer.renameColumn(second, `c_${round}`),
  ];
}
