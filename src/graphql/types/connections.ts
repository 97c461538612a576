import { ShardAction } from './action';
import { connectionType } from './connection';
import { ShardLock, ShardParticipant } from './lock';
import { ShardRoute, ShardTask } from './task';
import { ShardWorker } from './worker';

/** A page of a list of manual actions. */
export const ShardActionConnection = connectionType('ShardAction', 'manual actions', () => ShardAction);

/** A page of a list of locks. */
export const ShardLockConnection = connectionType('ShardLock', 'locks', () => ShardLock);

/** A page of a list of participants. */
export const ShardParticipantConnection = connectionType(
  'ShardParticipant',
  'participants of a lock',
  () => ShardParticipant,
);

/** A page of a list of tasks. */
export const ShardTaskConnection = connectionType('ShardTask', 'tasks', () => ShardTask);

/** A page of a list of upstream tables. */
export const ShardRouteConnection = connectionType('ShardRoute', 'upstream tables with their routes', () => ShardRoute);

/** A page of a list of workers. */
export const ShardWorkerConnection = connectionType('ShardWorker', 'workers', () => ShardWorker);
