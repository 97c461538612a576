import { isOrphanLock, isPhantomLock } from '../../core/diagnosis/diagnose';
import { optimisticState } from '../../core/diagnosis/lock-state';
import type { LockId } from '../../core/model/lock-id';
import type { Revision } from '../../core/model/revision';
import { viewTableOperation } from '../../core/request/operation-view';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { InfoContent, TableEntry, Target } from '../../core/state/table-entry';
import type { TargetLock } from '../../core/state/target';
import { isShape } from '../../core/table/shape';
import type { ShardDDLInfo, ShardLock, ShardParticipant } from '../types/lock';
import { tablesToAsk } from './asked-tables';
import { viewDroppedColumns } from './dropped-columns-view';
import { dateOf } from './date-of';
import { isListed } from './keyed-participant';
import type { KeyedParticipant, ParticipantFilter } from './keyed-participant';
import { viewOperation } from './operation-view';
import { receivedAt } from './received-at';
import { viewConflict, viewDifferences, viewSchema } from './schema-view';

/** An optimistic lock; null: there is none. What walks over the tables, or prints a schema, is made when it is asked for. */
export function viewOptimisticLock(state: CoordinatorState, lockId: LockId): ShardLock | null {
  const target = state.targets.get(lockId);
  const held = target?.lock;
  if (target === undefined || held == null) return null;
  const { lock } = held;
  const { joined } = lock;
  return {
    taskName: target.task,
    id: lockId,
    incarnation: lock.origin.incarnation,
    mode: 'optimistic',
    target: target.table,
    get state() {
      return optimisticState(target, held);
    },
    ownerId: null,
    get ddls() {
      return reportedDdls(target);
    },
    syncedCount: lock.size - lock.remain,
    unsyncedCount: lock.remain,
    get joinedSchema() {
      return isShape(joined) ? viewSchema(joined, target.table.table) : null;
    },
    get joinConflict() {
      return viewConflict(target, held);
    },
    createdAt: dateOf(held.createdAtMs),
    lastProgressAt: dateOf(held.progressAtMs),
    get updatedAt() {
      const decided = [...target.tables].reduce((last, { decidedAtMs }) => Math.max(last, decidedAtMs ?? 0), 0);
      return dateOf(Math.max(decided, held.progressAtMs ?? 0, held.createdAtMs ?? 0) || null);
    },
    get revision() {
      return latestRevision(target, lock.origin.incarnation);
    },
    get droppedColumns() {
      return viewDroppedColumns(target, held);
    },
    get orphan() {
      return isOrphanLock(state, lockId);
    },
    get phantom() {
      return isPhantomLock(state, lockId);
    },
  };
}

/** The tables of an optimistic lock that a filter leaves; none without a lock. */
export function* viewOptimisticParticipants(
  state: CoordinatorState,
  lockId: LockId,
  filter: ParticipantFilter,
): Generator<KeyedParticipant> {
  const target = state.targets.get(lockId);
  const held = target?.lock;
  if (target === undefined || held == null) return;
  for (const entry of tablesToAsk(state, target, filter)) {
    const { key, member, source, operation } = entry;
    const synced = member !== null && held.lock.isReady(member);
    const participant = { synced, done: member?.done ?? false, stage: operation?.stage ?? null, source };
    if (isListed(filter, participant)) yield { key, view: () => viewTable(entry, held) };
  }
}

function latestRevision({ tables }: Target, created: Revision): Revision {
  let latest = created;
  for (const { infoRevision, operationRevision, decisionRevision } of tables)
    for (const revision of [infoRevision, operationRevision, decisionRevision])
      if (revision > latest) latest = revision;
  return latest;
}

function viewTable(entry: TableEntry, { lock }: TargetLock): ShardParticipant {
  const { member, info } = entry;
  const operation = viewTableOperation(entry);
  const shape = member === null ? null : (member.conflict ?? member.normal);
  return {
    taskName: entry.task,
    sourceId: entry.source,
    upstreamTable: entry.table,
    synced: member !== null && lock.isReady(member),
    done: member?.done ?? false,
    conflictStage: operation?.stage ?? null,
    message: operation === null || operation.message === '' ? null : operation.message,
    get schema() {
      return shape === null ? null : viewSchema(shape, entry.name);
    },
    get differences() {
      const joined = lock.schemas.finals.joined();
      return shape === null || !isShape(joined) ? [] : viewDifferences(shape, joined);
    },
    info: info === null ? null : viewInfo(info, entry),
    operation: operation === null ? null : viewOperation(operation),
  };
}

function viewInfo(
  { ddls, before, after, ignoreConflict }: InfoContent,
  { infoRevision, attempt, name }: TableEntry,
): ShardDDLInfo {
  return {
    ddls,
    before: before === null ? null : viewSchema(before.shape, name),
    get after() {
      return after.map(({ shape }) => viewSchema(shape, name));
    },
    revision: infoRevision,
    receivedAt: receivedAt(attempt, infoRevision),
    ignoreConflict,
  };
}

function reportedDdls(target: Target): string[] {
  return [...new Set([...target.tables].flatMap(({ info }) => info?.ddls ?? []))];
}
