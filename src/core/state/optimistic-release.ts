import type { Shape } from '../table/shape';
import type { CoordinatorState } from './coordinator-state';
import { settleLock } from './optimistic-membership';
import type { TableEntry } from './table-entry';

/**
 * A person released the table: its schema in the lock becomes the first of its info's that `isChosen` (deviation 1), and
 * stays if there is none.
 */
export function placeReleased(state: CoordinatorState, entry: TableEntry, isChosen: (shape: Shape) => boolean): void {
  const { info, member, target } = entry;
  if (info === null || member === null || target?.lock == null) return;
  const schemas = [info.before, ...info.after].flatMap((known) => known?.shape ?? []);
  target.lock.lock.place(member, schemas.find(isChosen) ?? member.normal, null);
  settleLock(state, target);
}
