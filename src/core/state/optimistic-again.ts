import type { CoordinatorState } from './coordinator-state';
import { decideInfo } from './optimistic-info';
import type { TableEntry } from './table-entry';

/**
 * Decide an info that has no decision record. What was answered already stays answered (deviation 5), unless a person has
 * asked for another answer.
 */
export function decideAgain(state: CoordinatorState, entry: TableEntry, isRetried: boolean): void {
  const { operation } = entry;
  const answered =
    !isRetried &&
    operation !== null &&
    entry.operationRevision > entry.infoRevision &&
    (operation.done || operation.stage === 'unlocked');
  decideInfo(state, entry, answered);
  const after = entry.info?.after.at(-1)?.shape;
  const answer = state.answers.get(entry.key);
  if (
    !answered ||
    operation.stage !== 'unlocked' ||
    !operation.ddls?.length ||
    after === undefined ||
    answer === undefined
  )
    return;
  if (entry.member === null || entry.target?.lock == null) return;
  entry.target.lock.lock.place(entry.member, after, null);
  state.answers.set(entry.key, { ...answer, normal: after, conflict: null });
}
