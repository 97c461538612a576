import { isBlockingStage } from '../../core/model/conflict-stage';
import type { ConflictStage } from '../../core/model/conflict-stage';
import type { SourceId } from '../../core/model/names';
import { sourceKey } from '../../core/model/table-key';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { TableEntry, Target } from '../../core/state/table-entry';

/** What tables of a target are asked for by; null: whatever it is. */
interface Asked {
  readonly source: SourceId | null;
  readonly conflictStages: ReadonlySet<ConflictStage> | null;
}

/**
 * Tables of a target among which are all that belong to a source, or whose operation is in one of the stages. A target may
 * have a hundred thousand: where it keeps what is asked for, nobody walks over all of them.
 */
export function tablesToAsk(
  state: CoordinatorState,
  target: Target,
  { source, conflictStages }: Asked,
): Iterable<TableEntry> {
  if (source !== null) return tablesOfSource(state, target, source);
  const isKept = conflictStages !== null && [...conflictStages].every((stage) => isBlockingStage(stage));
  return isKept ? target.stopped : target.tables;
}

/** The tables of a source that route to a target. */
export function tablesOfSource(state: CoordinatorState, target: Target, source: SourceId): readonly TableEntry[] {
  const own = state.sourceTables.get(sourceKey(target.task, source))?.tables ?? [];
  return own.filter((entry) => entry.target === target);
}
