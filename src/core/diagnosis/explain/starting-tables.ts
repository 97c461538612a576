import type { LockId } from '../../model/lock-id';
import type { CoordinatorState } from '../../state/coordinator-state';
import type { TableEntry } from '../../state/table-entry';
import { schemaOfShape } from '../../table/shape-schema';
import { blockingStageOf } from '../blocking-stage';
import type { StartingTable } from './scratch-lock';

/** The tables of a target as they are now, as far as their schemas are known; those that were left out by hand are not among them. */
export function startingTables(state: CoordinatorState, lockId: LockId): StartingTable[] {
  const target = state.targets.get(lockId);
  if (target === undefined) return [];
  return [...target.tables].flatMap((entry) => (state.isExcluded(entry) ? [] : startingTable(entry)));
}

/** What its worker was told counts as carried out. */
function startingTable(entry: TableEntry): StartingTable[] {
  const { member, table, name, info, target } = entry;
  const shape = member?.normal ?? entry.initial;
  if (shape === null) return [];
  const stage = blockingStageOf(entry);
  const marks = member === null ? [] : (target?.lock?.lock.dropped.marksOf(member.key) ?? []);
  return [
    {
      table,
      schema: schemaOfShape(shape, name),
      conflict: member?.conflict == null ? null : schemaOfShape(member.conflict, name),
      done: member !== null && (member.done || entry.operation !== null) && stage === null,
      marks: marks.map(({ column, stage: reached }) => ({ column, stage: reached === 0 ? 1 : reached })),
      waiting: stage === null ? null : { stage, ddls: info?.ddls ?? [] },
    },
  ];
}
