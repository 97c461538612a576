import { formingLocks, formingSinceMs } from '../../core/diagnosis/forming';
import type { FormingLock, FormingPart } from '../../core/diagnosis/forming';
import { isOrphanTask } from '../../core/diagnosis/scope';
import { countText } from '../../core/diagnosis/words';
import type { LockId } from '../../core/model/lock-id';
import { NO_REVISION } from '../../core/model/revision';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { ShardLock, ShardParticipant } from '../types/lock';
import { isListed } from './keyed-participant';
import type { KeyedParticipant, ParticipantFilter } from './keyed-participant';

/** A lock that will be, as its workers tell of the groups inside their sources; null: there is none. */
export function viewFormingLock(state: CoordinatorState, lockId: LockId): ShardLock | null {
  const forming = formingLocks(state).get(lockId);
  if (forming === undefined) return null;
  const { task, target, parts } = forming;
  const progressAt = new Date(formingSinceMs(forming));
  return {
    taskName: task,
    id: lockId,
    incarnation: null,
    mode: 'pessimistic',
    target,
    state: 'forming',
    ownerId: null,
    ddls: [...new Set(parts.flatMap(({ group }) => group.ddls))],
    syncedCount: 0,
    unsyncedCount: parts.length,
    joinedSchema: null,
    joinConflict: null,
    createdAt: null,
    lastProgressAt: progressAt,
    updatedAt: progressAt,
    revision: NO_REVISION,
    droppedColumns: [],
    orphan: isOrphanTask(state, task),
    phantom: false,
  };
}

/** The sources with incomplete groups; none if no lock of this ID is forming. */
export function* viewFormingParticipants(
  state: CoordinatorState,
  lockId: LockId,
  filter: ParticipantFilter,
): Generator<KeyedParticipant> {
  const forming = formingLocks(state).get(lockId);
  if (forming === undefined) return;
  for (const part of forming.parts) {
    const { source } = part;
    if (isListed(filter, { synced: false, done: false, stage: null, source }))
      yield { key: source, view: () => viewPart(forming, part) };
  }
}

function viewPart({ task }: FormingLock, { source, group }: FormingPart): ShardParticipant {
  const { synced, unsynced } = group;
  return {
    taskName: task,
    sourceId: source,
    upstreamTable: null,
    synced: false,
    done: false,
    conflictStage: null,
    message: `${synced.length} of ${countText(synced.length + unsynced.length, 'table')} of the source have met the DDLs`,
    schema: null,
    differences: [],
    info: null,
    operation: null,
  };
}
