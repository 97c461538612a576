import type { CoordinatorService } from '../../coordinator/service';
import type { EventFilter } from '../../core/event/event-filter';
import type { EventCursor } from '../../core/model/event-cursor';
import type { LockId } from '../../core/model/lock-id';
import type { ShardLock } from '../types/lock';
import type { ShardLocksSnapshot } from '../types/lock-feed';
import { ANY_LOCK, listLocks } from './lock-filter';
import { viewLock } from './lock-view';

/** How many locks one part of a snapshot has at most. */
export const LOCKS_A_PART = 100;

/**
 * The locks that match, as they are when each part is taken, in parts; at least one. Which locks there are, and the place
 * that the snapshot shows, is settled at once: what comes later is told by events.
 */
export function snapshotLocks(
  service: Pick<CoordinatorService, 'state' | 'events'>,
  filter: EventFilter,
): Iterable<ShardLocksSnapshot> {
  const { task, sources, mode, lockIds } = filter;
  const listed = [...listLocks(service.state, { ...ANY_LOCK, task, sources, mode }, 'id')];
  const ids = listed.map(({ id }) => id).filter((id) => lockIds?.has(id) !== false);
  return partsOf(service, ids, service.events.head, filter);
}

function* partsOf(
  service: Pick<CoordinatorService, 'state'>,
  ids: readonly LockId[],
  cursor: EventCursor,
  filter: EventFilter,
): Generator<ShardLocksSnapshot> {
  for (let start = 0; start === 0 || start < ids.length; start += LOCKS_A_PART) {
    const locks = ids.slice(start, start + LOCKS_A_PART).flatMap((id): ShardLock[] => {
      const lock = viewLock(service.state, id);
      return lock === null || !isWanted(lock, filter) ? [] : [lock];
    });
    yield { kind: 'snapshot', locks, more: start + LOCKS_A_PART < ids.length, cursor };
  }
}

/** No event tells of a lock that is only forming. */
function isWanted({ incarnation }: ShardLock, filter: EventFilter): boolean {
  if (incarnation === null) return false;
  return filter.incarnation === null || filter.incarnation === incarnation;
}
