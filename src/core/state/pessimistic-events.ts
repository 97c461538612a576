import type { LockEvent, Participant as EventParticipant } from '../model/lock-event';
import type { SourceId } from '../model/names';
import type { PessimisticLock } from '../pessimistic/lock';
import type { HeldLock } from './held-lock';

/** Which sources of a lock a write is about. */
export interface NewsPart {
  /** Whose part differs from its record. */
  readonly sources: readonly SourceId[];
  /** Whose conflict wasn't told. */
  readonly conflicts: readonly SourceId[];
  /** Whether that is everything. */
  readonly isAll: boolean;
}

/** The first `most` sources of which there is news. */
export function newsOf({ lock }: HeldLock, most: number): NewsPart {
  const sources = firstOf(lock.news.keys(), most);
  const conflicts = firstOf(lock.untoldConflicts, most - sources.length);
  const isAll = sources.length === lock.news.size && conflicts.length === lock.untoldConflicts.size;
  return { sources, conflicts, isAll };
}

/** What there is of news of one source, whatever there is of others. */
export function newsOfSource({ lock }: HeldLock, source: SourceId): NewsPart {
  const sources = lock.news.has(source) ? [source] : [];
  const conflicts = lock.untoldConflicts.has(source) ? [source] : [];
  const isAll = lock.news.size === sources.length && lock.untoldConflicts.size === conflicts.length;
  return { sources, conflicts, isAll };
}

/**
 * What has happened to a lock since its records were written last, so far as `part` goes: the records that are written with
 * these make them told. That the lock is synced comes after everything else.
 */
export function untoldEvents({ lock, told }: HeldLock, part: NewsPart): LockEvent[] {
  const of = ofLock(lock);
  const { ddls } = lock.origin;
  const events: LockEvent[] = [];
  if (told === null) events.push({ ...of, kind: 'LockCreated', by: whole(lock.owner), ddls });
  for (const source of part.sources) events.push(...received(lock, source));
  for (const source of part.conflicts) events.push(...detected(lock, source));
  if (part.isAll && lock.synced && told?.synced !== true) events.push({ ...of, kind: 'LockSynced' });
  for (const source of part.sources) events.push(...finished(lock, source));
  return events;
}

/** What names the lock in an event. */
export function ofLock({
  origin,
}: PessimisticLock): Pick<Extract<LockEvent, { kind: 'LockSynced' }>, 'task' | 'lockId' | 'incarnation' | 'mode'> {
  return { task: origin.task, lockId: origin.id, incarnation: origin.incarnation, mode: 'pessimistic' };
}

/** A source as events name it. */
export function whole(source: SourceId): EventParticipant {
  return { source, table: null };
}

/** What the error of differing DDLs says: both lists. */
export function describeConflict(lock: PessimisticLock, source: SourceId, ddls: readonly string[]): string {
  return `source ${source} reported ${JSON.stringify(ddls)}, but lock ${lock.origin.id} is about ${JSON.stringify(lock.origin.ddls)}`;
}

function received(lock: PessimisticLock, source: SourceId): LockEvent[] {
  const told = lock.news.get(source);
  const participant = lock.participants.get(source);
  if (participant === undefined || told === undefined || participant.infoRevision <= told.infoRevision) return [];
  const { infoRevision } = participant;
  return [{ ...ofLock(lock), kind: 'InfoReceived', participant: whole(source), ddls: lock.origin.ddls, infoRevision }];
}

function detected(lock: PessimisticLock, source: SourceId): LockEvent[] {
  const conflict = lock.conflicts.get(source);
  if (conflict === undefined) return [];
  return [
    {
      ...ofLock(lock),
      kind: 'ConflictDetected',
      participant: whole(source),
      code: 'SHARDING_DDLS_DIFFER',
      message: describeConflict(lock, source, conflict.ddls),
      ddls: conflict.ddls,
    },
  ];
}

function finished(lock: PessimisticLock, source: SourceId): LockEvent[] {
  const participant = lock.participants.get(source);
  const told = lock.news.get(source);
  const isFinished = told !== undefined && told.order !== null && participant?.order === null && participant.done;
  return isFinished ? [{ ...ofLock(lock), kind: 'OperationDone', participant: whole(source) }] : [];
}

function firstOf(sources: Iterable<SourceId>, most: number): SourceId[] {
  const first: SourceId[] = [];
  for (const source of sources) {
    if (first.length >= most) break;
    first.push(source);
  }
  return first;
}
