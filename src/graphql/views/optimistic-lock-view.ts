import type { LockId } from '../../core/model/lock-id';
import { viewTableOperation } from '../../core/request/operation-view';
import type { CoordinatorState } from '../../core/state/coordinator-state';
import type { TableEntry } from '../../core/state/table-entry';
import type { Target } from '../../core/state/table-entry';
import type { TargetLock } from '../../core/state/target';
import { createTableTextOfShape } from '../../core/table/create-table';
import { isShape } from '../../core/table/shape';
import type { Shape } from '../../core/table/shape';
import type { LockState } from '../enums';
import type { ShardLock, ShardParticipant, ShardTableSchema } from '../types/lock';
import type { KeyedParticipant } from './keyed-participant';
import { viewOperation } from './operation-view';

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
      return stateOf(target, held);
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
    joinConflict: joined === null || isShape(joined) ? null : { path: joined.path, reason: joined.reason },
    createdAt: dateOf(held.createdAtMs),
    lastProgressAt: dateOf(held.progressAtMs),
  };
}

/** The tables of an optimistic lock; empty without a lock. */
export function viewOptimisticParticipants(state: CoordinatorState, lockId: LockId): readonly KeyedParticipant[] {
  const target = state.targets.get(lockId);
  const held = target?.lock;
  if (target === undefined || held == null) return [];
  return [...target.tables].map((entry) => ({ key: entry.key, view: () => viewTable(entry, held) }));
}

function viewTable(entry: TableEntry, { lock }: TargetLock): ShardParticipant {
  const { member, info, infoRevision } = entry;
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
    info: info === null ? null : { ddls: info.ddls, revision: infoRevision },
    operation: operation === null ? null : viewOperation(operation),
  };
}

function viewSchema(shape: Shape, name: string): ShardTableSchema {
  return { createTable: createTableTextOfShape(shape, name) };
}

function stateOf(target: Target, { lock }: TargetLock): LockState {
  if (lock.resolved) return 'resolved';
  if (lock.waiting.size > 0 || [...target.tables].some(isInConflict)) return 'conflict';
  return lock.synced ? 'executing' : 'waiting';
}

/** Whether a table waits for a person or for the other shards. */
function isInConflict({ operation, isAnswered }: TableEntry): boolean {
  if (operation === null || !isAnswered) return false;
  return (
    operation.stage === 'detected' || operation.stage === 'error' || operation.stage === 'skip and wait for redirect'
  );
}

function reportedDdls(target: Target): string[] {
  return [...new Set([...target.tables].flatMap(({ info }) => info?.ddls ?? []))];
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
