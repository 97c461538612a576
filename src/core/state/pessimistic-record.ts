import type { SourceId } from '../model/names';
import type { ParticipantRecord, PessimisticLockRecord, PessimisticOrder, PessimisticUnlock } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { Compare, Mutation } from '../model/store';
import type { PessimisticLock } from '../pessimistic/lock';
import { writeDdlConflictRecord } from '../wire/ddl-conflict-record';
import { formatDmKey } from '../wire/dm-keys';
import { formatLockstepKey, lockstepPrefix } from '../wire/lockstep-keys';
import { writeLockRecord } from '../wire/lock-record';
import { writeLockSourcesRecord } from '../wire/lock-sources-record';
import { writeParticipantRecord } from '../wire/participant-record';
import type { CoordinatorState } from './coordinator-state';
import type { HeldLock } from './held-lock';
import { untoldEvents } from './pessimistic-events';
import type { NewsPart } from './pessimistic-events';
import type { Write } from './write';

/** What a write changes of a lock, beside what the state knows already. */
export interface LockChange {
  /** The news that it tells. */
  readonly news: NewsPart;
  /** Operations that it puts. */
  readonly ordered?: ReadonlyMap<SourceId, PessimisticOrder>;
  /** Sources whose operations it takes back. */
  readonly withdrawn?: ReadonlySet<SourceId>;
  /** The unlock that runs from then on; undefined: as it is. */
  readonly unlock?: PessimisticUnlock | null;
  /** Sources that are taken out of the lock. */
  readonly removed?: ReadonlySet<SourceId>;
  /** Those of them whose records are deleted now; undefined: all. */
  readonly deleted?: readonly SourceId[];
}

/**
 * The part of a write that makes a lock's records say what the state knows and what the write changes, with the events that
 * it makes told. It holds only if each record that it rests on is the one that the state knows; those of other sources may
 * change meanwhile.
 */
export function planRecords(state: CoordinatorState, held: HeldLock, change: LockChange, nowMs: number): Write {
  const { lock } = held;
  const { news, removed } = change;
  const named = new Set([...news.sources, ...(change.ordered?.keys() ?? []), ...(change.withdrawn ?? [])]);
  const sources = [...named].filter((source) => removed?.has(source) !== true);
  const conflicts = news.conflicts.filter((source) => removed?.has(source) !== true);
  return {
    compares: [
      ...headUnchanged(state, held),
      ...(held.hasNewSources ? [sourcesUnchanged(held)] : []),
      ...sources.map((source) => participantUnchanged(lock, source)),
      ...conflicts.map((source) => conflictUnchanged(lock, source)),
    ],
    mutations: [
      ...headPuts(held, change, nowMs),
      ...sourcesPuts(held, removed),
      ...sources.flatMap((source) => participantPut(held, source, change, nowMs)),
      ...conflicts.flatMap((source) => conflictPut(lock, source)),
      ...(change.deleted ?? [...(removed ?? [])]).flatMap((source) => removedDeletes(lock, source)),
    ],
    events: untoldEvents(held, news),
  };
}

/** Whether the record of the lock as a whole would say what it says. */
export function isHeadTold(held: HeldLock, news: NewsPart): boolean {
  return isHeadSame(held.told, headOf(held, { news }, 0));
}

/**
 * The compares that the lock's record is the one that the state knows. Before the first record something of the lock must be
 * stored still, or it has ended meanwhile.
 */
export function headUnchanged(state: CoordinatorState, { lock, told, recordRevision }: HeldLock): Compare[] {
  const key = recordKey(lock.origin.id);
  const compares = [unchanged(key, recordRevision)];
  return told === null ? [...compares, ...somethingStored(state, lock)] : compares;
}

/** The deletions of all records of a lock. */
export function recordDeletes(lockId: PessimisticLockRecord['lockId']): Mutation[] {
  return [
    { kind: 'delete-prefix', prefix: lockstepPrefix('participant', lockId) },
    { kind: 'delete-prefix', prefix: lockstepPrefix('ddl-conflict', lockId) },
    { kind: 'delete', key: formatLockstepKey({ kind: 'lock-sources', lockId }) },
    { kind: 'delete', key: recordKey(lockId) },
  ];
}

function recordKey(lockId: PessimisticLockRecord['lockId']): string {
  return formatLockstepKey({ kind: 'lock', lockId });
}

function headOf({ lock, told }: HeldLock, { news, unlock }: LockChange, nowMs: number): PessimisticLockRecord {
  const { origin, owner, declared, executed } = lock;
  return {
    mode: 'pessimistic',
    lockId: origin.id,
    task: origin.task,
    target: origin.target,
    incarnation: origin.incarnation,
    owner,
    ddls: origin.ddls,
    declared,
    executed,
    // It is told when everything is that came before it.
    synced: lock.synced && (news.isAll || told?.synced === true),
    unlock: unlock === undefined ? lock.unlock : unlock,
    createdAtMs: told?.createdAtMs ?? nowMs,
    progressAtMs: nowMs,
  };
}

/** Whether two records of a lock say the same, whenever that was; what it is from its creation on can't differ. */
function isHeadSame(a: PessimisticLockRecord | null, b: PessimisticLockRecord): boolean {
  return (
    a !== null &&
    a.owner === b.owner &&
    a.declared === b.declared &&
    a.executed === b.executed &&
    a.synced === b.synced &&
    JSON.stringify(a.unlock) === JSON.stringify(b.unlock)
  );
}

/** Whoever takes out sources puts the record in any case, so that no write that was planned before brings them back. */
function headPuts(held: HeldLock, change: LockChange, nowMs: number): Mutation[] {
  const record = headOf(held, change, nowMs);
  if (change.removed === undefined && isHeadSame(held.told, record)) return [];
  return [{ kind: 'put', key: recordKey(record.lockId), value: writeLockRecord(record) }];
}

function sourcesPuts({ lock, hasNewSources, sourcesRevision }: HeldLock, removed?: ReadonlySet<SourceId>): Mutation[] {
  if (!hasNewSources && (removed === undefined || sourcesRevision === NO_REVISION)) return [];
  const sources = [...lock.participants.keys()].filter((source) => removed?.has(source) !== true);
  return [{ kind: 'put', key: sourcesKey(lock), value: writeLockSourcesRecord({ sources }) }];
}

function sourcesUnchanged({ lock, sourcesRevision }: HeldLock): Compare {
  return unchanged(sourcesKey(lock), sourcesRevision);
}

function sourcesKey({ origin }: PessimisticLock): string {
  return formatLockstepKey({ kind: 'lock-sources', lockId: origin.id });
}

function removedDeletes({ origin }: PessimisticLock, source: SourceId): Mutation[] {
  const { id: lockId } = origin;
  return [
    { kind: 'delete', key: formatLockstepKey({ kind: 'participant', lockId, source }) },
    { kind: 'delete', key: formatLockstepKey({ kind: 'ddl-conflict', lockId, source }) },
  ];
}

function participantUnchanged(lock: PessimisticLock, source: SourceId): Compare {
  const key = formatLockstepKey({ kind: 'participant', lockId: lock.origin.id, source });
  return notNewer(lock, key, lock.participants.get(source)?.recordRevision ?? NO_REVISION);
}

function conflictUnchanged(lock: PessimisticLock, source: SourceId): Compare {
  const key = formatLockstepKey({ kind: 'ddl-conflict', lockId: lock.origin.id, source });
  return notNewer(lock, key, lock.toldConflicts.get(source)?.recordRevision ?? NO_REVISION);
}

/**
 * The compare that no newer record is there than the state knows. One that is older than the lock was left behind by nobody
 * knows whom: it is replaced.
 */
function notNewer({ origin }: PessimisticLock, key: string, revision: Revision): Compare {
  return { kind: 'modRevision', key, operator: '<', value: Math.max(revision + 1, origin.incarnation) };
}

function unchanged(key: string, value: Revision): Compare {
  return { kind: 'modRevision', key, operator: '=', value };
}

function participantPut({ lock }: HeldLock, source: SourceId, change: LockChange, atMs: number): Mutation[] {
  const participant = lock.participants.get(source);
  if (participant === undefined) return [];
  const { ready, done, order, orderRevision, infoRevision } = participant;
  const ordered = change.ordered?.get(source);
  const isWithdrawn = change.withdrawn?.has(source) === true;
  const record: ParticipantRecord = {
    ready,
    done,
    order: ordered ?? (isWithdrawn ? null : order),
    orderRevision: ordered === undefined ? orderRevision : null,
    infoRevision,
    atMs,
  };
  const key = formatLockstepKey({ kind: 'participant', lockId: lock.origin.id, source });
  return [{ kind: 'put', key, value: writeParticipantRecord(record) }];
}

function conflictPut(lock: PessimisticLock, source: SourceId): Mutation[] {
  const conflict = lock.conflicts.get(source);
  if (conflict === undefined) return [];
  const { infoRevision } = conflict;
  const key = formatLockstepKey({ kind: 'ddl-conflict', lockId: lock.origin.id, source });
  return [{ kind: 'put', key, value: writeDdlConflictRecord({ infoRevision }) }];
}

function somethingStored(state: CoordinatorState, { origin }: PessimisticLock): Compare[] {
  const { id, task } = origin;
  for (const entry of state.pessimistic.entriesOf(task)) {
    const key = { task, source: entry.source };
    if (entry.infoLockId === id)
      return [unchanged(formatDmKey({ kind: 'pessimistic-info', ...key }), entry.infoRevision)];
    if (entry.operation?.lockId === id)
      return [unchanged(formatDmKey({ kind: 'pessimistic-operation', ...key }), entry.operationRevision)];
  }
  return [];
}
