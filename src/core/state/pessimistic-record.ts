import type { LockEvent, Participant as EventParticipant } from '../model/lock-event';
import type { SourceId } from '../model/names';
import type { PessimisticLockRecord, PessimisticOrder, PessimisticUnlock } from '../model/records';
import type { Compare, Mutation } from '../model/store';
import type { PessimisticLock } from '../pessimistic/lock';
import { formatDmKey } from '../wire/dm-keys';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writeLockRecord } from '../wire/lock-record';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './pessimistic-state';

/** What a write changes of a lock, beside what the state knows already. */
export interface LockChange {
  /** Operations that the write puts. */
  readonly ordered?: ReadonlyMap<SourceId, PessimisticOrder>;
  /** Operations that it takes back. */
  readonly withdrawn?: ReadonlySet<SourceId>;
  /** The unlock that runs from then on; undefined: as it is. */
  readonly unlock?: PessimisticUnlock | null;
  /** Sources that go. */
  readonly removed?: ReadonlySet<SourceId>;
}

/** The record of a lock after `change`. */
export function recordOf({ lock, told }: HeldLock, change: LockChange, nowMs: number): PessimisticLockRecord {
  const { origin, owner, declared, executed, synced } = lock;
  const sources = [...lock.participants.values()].flatMap((participant) => {
    const { source, ready, done, infoRevision } = participant;
    if (change.removed?.has(source) === true) return [];
    const ordered = change.ordered?.get(source);
    const order = ordered ?? (change.withdrawn?.has(source) === true ? null : participant.order);
    return [
      {
        source,
        ready,
        done,
        order,
        orderRevision: ordered === undefined ? participant.orderRevision : null,
        infoRevision,
      },
    ];
  });
  const record: PessimisticLockRecord = {
    mode: 'pessimistic',
    lockId: origin.id,
    task: origin.task,
    target: origin.target,
    incarnation: origin.incarnation,
    owner,
    ddls: origin.ddls,
    declared,
    executed,
    synced,
    sources,
    conflicts: [...lock.conflicts]
      .filter(([source]) => change.removed?.has(source) !== true)
      .map(([source, { infoRevision }]) => ({ source, infoRevision })),
    unlock: change.unlock === undefined ? lock.unlock : change.unlock,
    createdAtMs: told?.createdAtMs ?? nowMs,
    progressAtMs: told?.progressAtMs ?? nowMs,
  };
  // A conflict is news, but no progress.
  return told !== null && isSame(told, { ...record, conflicts: told.conflicts })
    ? record
    : { ...record, progressAtMs: nowMs };
}

/** Whether two records say the same, whenever that was. */
export function isSame(a: PessimisticLockRecord, b: PessimisticLockRecord): boolean {
  return textOf(a) === textOf(b);
}

/** The put of a lock's record. */
export function recordPut(record: PessimisticLockRecord): Mutation {
  return { kind: 'put', key: recordKey(record.lockId), value: writeLockRecord(record) };
}

/**
 * The compares that the lock's record is the one that the state knows: writes for one lock follow one another. Before the
 * first record something of the lock must be stored still, or it has ended meanwhile.
 */
export function recordUnchanged(state: CoordinatorState, { lock, told, recordRevision }: HeldLock): Compare[] {
  const { id, task } = lock.origin;
  const compares: Compare[] = [{ kind: 'modRevision', key: recordKey(id), operator: '=', value: recordRevision }];
  if (told !== null) return compares;
  for (const { source, infoLockId, infoRevision, operation, operationRevision } of state.pessimistic.entriesOf(task)) {
    const key = { task, source };
    if (infoLockId === id)
      return [
        ...compares,
        {
          kind: 'modRevision',
          key: formatDmKey({ kind: 'pessimistic-info', ...key }),
          operator: '=',
          value: infoRevision,
        },
      ];
    if (operation?.lockId === id) {
      return [
        ...compares,
        {
          kind: 'modRevision',
          key: formatDmKey({ kind: 'pessimistic-operation', ...key }),
          operator: '=',
          value: operationRevision,
        },
      ];
    }
  }
  return compares;
}

/** The key of a lock's record. */
export function recordKey(lockId: PessimisticLockRecord['lockId']): string {
  return formatLockstepKey({ kind: 'lock', lockId });
}

/** What has happened to a lock since its record was written last: the record that is written with these makes them told. */
export function untoldEvents({ lock, told }: HeldLock): LockEvent[] {
  const of = ofLock(lock);
  const { ddls } = lock.origin;
  const events: LockEvent[] = [];
  if (told === null) events.push({ ...of, kind: 'LockCreated', mode: 'pessimistic', by: whole(lock.owner), ddls });
  for (const { source, infoRevision } of lock.participants.values()) {
    const before = told?.sources.find((other) => other.source === source);
    if (infoRevision > (before?.infoRevision ?? 0))
      events.push({ ...of, kind: 'InfoReceived', participant: whole(source), ddls, infoRevision });
  }
  for (const [source, conflict] of lock.conflicts) {
    if (
      told?.conflicts.some((other) => other.source === source && other.infoRevision === conflict.infoRevision) === true
    )
      continue;
    const message = describeConflict(lock, source, conflict.ddls);
    events.push({
      ...of,
      kind: 'ConflictDetected',
      participant: whole(source),
      code: 'SHARDING_DDLS_DIFFER',
      message,
      ddls: conflict.ddls,
    });
  }
  if (lock.synced && told?.synced !== true) events.push({ ...of, kind: 'LockSynced' });
  for (const { source, order } of told?.sources ?? []) {
    const participant = lock.participants.get(source);
    const isFinished = order !== null && participant?.order === null && participant.done;
    if (isFinished) events.push({ ...of, kind: 'OperationDone', participant: whole(source) });
  }
  return events;
}

/** What the error of differing DDLs says: both lists. */
export function describeConflict(lock: PessimisticLock, source: SourceId, ddls: readonly string[]): string {
  return `source ${source} reported ${JSON.stringify(ddls)}, but lock ${lock.origin.id} is about ${JSON.stringify(lock.origin.ddls)}`;
}

/** What names the lock in an event. */
export function ofLock({
  origin,
}: PessimisticLock): Pick<Extract<LockEvent, { kind: 'LockSynced' }>, 'task' | 'lockId' | 'incarnation'> {
  return { task: origin.task, lockId: origin.id, incarnation: origin.incarnation };
}

/** A source as events name it. */
export function whole(source: SourceId): EventParticipant {
  return { source, table: null };
}

function textOf({ sources, ...record }: PessimisticLockRecord): string {
  const plain = sources.map(({ source, ready, done, order, infoRevision }) => ({
    source,
    ready,
    done,
    order,
    infoRevision,
  }));
  return JSON.stringify({ ...record, sources: plain, progressAtMs: 0, createdAtMs: 0 });
}
