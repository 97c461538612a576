import type { LockEvent, Participant } from '../model/lock-event';
import type { LockId } from '../model/lock-id';
import type { Mode } from '../model/mode';
import type { SourceId, TaskName } from '../model/names';
import type { Revision } from '../model/revision';

/** Which events somebody wants: those for which everything that is given holds. Null: whatever it is. */
export interface EventFilter {
  readonly task: TaskName | null;
  readonly lockIds: ReadonlySet<LockId> | null;
  /** One life of a lock: later locks of the same ID have another one. */
  readonly incarnation: Revision | null;
  readonly sources: ReadonlySet<SourceId> | null;
  readonly mode: Mode | null;
  readonly kinds: ReadonlySet<LockEvent['kind']> | null;
}

/** Every event. */
export const EVERY_EVENT: EventFilter = {
  task: null,
  lockIds: null,
  incarnation: null,
  sources: null,
  mode: null,
  kinds: null,
};

/**
 * Whether `event` is wanted. What is not of a lock passes no filter by locks or mode; what is of a lock as a whole
 * concerns every source.
 */
export function matchesEvent(event: LockEvent, filter: EventFilter): boolean {
  if (filter.task !== null && event.task !== filter.task) return false;
  if (filter.kinds?.has(event.kind) === false) return false;
  if (filter.lockIds !== null && !('lockId' in event && filter.lockIds.has(event.lockId))) return false;
  if (filter.incarnation !== null && !('incarnation' in event && event.incarnation === filter.incarnation))
    return false;
  if (filter.mode !== null && modeOf(event) !== filter.mode) return false;
  return filter.sources === null || concerns(event, filter.sources);
}

/** The mode of the event's lock; null: it is not of a lock. */
export function modeOf(event: LockEvent): Mode | null {
  if ('mode' in event) return event.mode;
  return event.kind === 'Divergence' ? modeOfParticipant(event.participant) : null;
}

/** The sources that an event names; null: it is of a lock as a whole. */
export function sourcesOf(event: LockEvent): readonly SourceId[] | null {
  switch (event.kind) {
    case 'LockSynced':
    case 'LockResolved':
      return null;
    case 'LockCreated':
      return [event.by.source];
    case 'LockUnlocked':
      return event.participants.map(({ source }) => source);
    case 'MetaRemoved':
      return event.sources;
    case 'WorkerOnline':
    case 'WorkerOffline':
      return [event.source];
    default:
      return [event.participant.source];
  }
}

function concerns(event: LockEvent, wanted: ReadonlySet<SourceId>): boolean {
  return sourcesOf(event)?.some((source) => wanted.has(source)) ?? true;
}

function modeOfParticipant({ table }: Participant): Mode {
  return table === null ? 'pessimistic' : 'optimistic';
}
