import { isBlockingStage } from '../model/conflict-stage';
import type { BlockingStage } from '../model/conflict-stage';
import type { TableEntry } from '../state/table-entry';

/** The stage in which a table waits for a person or for other tables; null: it doesn't. */
export function blockingStageOf({ operation, isAnswered }: TableEntry): BlockingStage | null {
  if (operation === null || !isAnswered) return null;
  return isBlockingStage(operation.stage) ? operation.stage : null;
}
