import type { CoordinatorState } from './coordinator-state';
import { decideInfo } from './optimistic-info';
import { dropLock, leaveTarget } from './optimistic-membership';
import type { Target } from './table-entry';

/** The lock of `target` has ended, and what was stored of it is deleted. An info that came meanwhile makes a new one. */
export function endOptimisticLock(state: CoordinatorState, target: Target): void {
  dropLock(state, target);
  // Nothing tells of them any more: they join again with their next info.
  for (const entry of target.tables) if (entry.membership === 'info' && entry.info === null) leaveTarget(state, entry);
  const late = [...target.tables]
    .filter((entry) => entry.info !== null)
    .sort((a, b) => a.infoRevision - b.infoRevision);
  for (const entry of late) decideInfo(state, entry);
}
