import type { Identity } from '../../core/model/identity';
import type { SourceId } from '../../core/model/names';
import { maySee } from '../../core/request/access';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { ShardSource } from '../types/task';
import type { ShardAssignment, ShardWorker } from '../types/worker';
import { isSource, tasksOfSource } from '../views/task-view';
import { viewWorker } from '../views/worker-view';

/** A worker for those who may see one of its tasks; null: nobody else learns that there is one. */
export function visibleWorker(state: CoordinatorState, identity: Identity, id: string): ShardWorker | null {
  const worker = viewWorker(state, id);
  if (worker === null || identity.tasks === null) return worker;
  return visibleAssignments(identity, worker).length > 0 ? worker : null;
}

/** What a worker is registered for, or was, in tasks that the asker may see. */
export function visibleAssignments(identity: Identity, { assignments }: ShardWorker): readonly ShardAssignment[] {
  return identity.tasks === null ? assignments : assignments.filter(({ taskName }) => maySee(identity, taskName));
}

/** A source for those who may see one of its tasks; null: nobody else learns that there is one. */
export function visibleSource(state: CoordinatorState, identity: Identity, id: SourceId): ShardSource | null {
  const isVisible =
    identity.tasks === null ? isSource(state, id) : tasksOfSource(state, id).some(({ name }) => maySee(identity, name));
  return isVisible ? { id } : null;
}
