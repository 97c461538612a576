import type { LockId } from '../model/lock-id';
import type { LockEvent } from '../model/lock-event';
import type { SourceId } from '../model/names';
import type { PessimisticOrder } from '../model/records';
import type { Compare, Mutation } from '../model/store';
import { sourceKey } from '../model/table-key';
import type { DueOrder, PessimisticLock } from '../pessimistic/lock';
import { formatDmKey } from '../wire/dm-keys';
import { writePessimisticOperation } from '../wire/pessimistic-operation';
import type { CoordinatorState } from './coordinator-state';
import { isSame, ofLock, recordOf, recordPut, recordUnchanged, untoldEvents, whole } from './pessimistic-record';
import { planLockRemoval } from './pessimistic-removal';
import type { SourceEntry } from './pessimistic-state';
import type { Plan } from './write';

/** Compares and mutations that a write has beside those of the operations: records, journal, the shell's own. */
const OVERHEAD = 6;

/**
 * The next write for a pessimistic lock: the operations that are due, its record if that says something else by then, the
 * events since the last one; or its removal if it is resolved.
 */
export function planPessimisticLock(state: CoordinatorState, lockId: LockId, nowMs: number): Plan {
  const held = state.pessimistic.locks.get(lockId);
  if (held === undefined) return 'void';
  const { lock } = held;
  // While a person's unlock runs it is the action that removes the lock, with its result.
  if (lock.resolved && lock.unlock === null) {
    const events: LockEvent[] = [...untoldEvents(held), { ...ofLock(lock), kind: 'LockResolved' }];
    return planLockRemoval(state, held, { events, mutations: [], takesInfos: false }).write;
  }
  const due = lock.dueOrders.filter((order) => !isTold(state, lock, order));
  const free = due.filter(({ source }) => otherLockOf(state, lock, source) === null);
  const part = free.slice(0, Math.max(1, state.limits.operationsPerWrite - OVERHEAD));
  const withdrawn = part.some(({ order }) => order === 'exec') ? otherExecutors(state, lock, part) : [];
  const ordered = new Map(part.map(({ source, order }) => [source, order]));
  const record = recordOf(held, { ordered, withdrawn: new Set(withdrawn.map(({ source }) => source)) }, nowMs);
  if (part.length === 0 && held.told !== null && isSame(held.told, record)) return due.length > 0 ? 'wait' : 'void';
  return {
    compares: [
      ...recordUnchanged(state, held),
      ...part.map(({ source }) => operationUnchanged(state, lock, source)),
      ...withdrawn.map(({ source }) => operationUnchanged(state, lock, source)),
    ],
    mutations: [
      recordPut(record),
      ...part.map((order) => orderPut(lock, order)),
      ...withdrawn.map((entry): Mutation => ({ kind: 'delete', key: operationKey(entry) })),
    ],
    events: [...untoldEvents(held), ...part.map((order) => orderEvent(lock, order))],
  };
}

/**
 * The other lock whose operation `source` has, so that this lock's must wait until that one is acknowledged (deviation P6);
 * also while a person breaks the source out. Null: none. An operation whose acknowledgement stands in its own lock's record
 * is no hindrance: two locks that each wait for the other's clean-up would never end.
 */
export function otherLockOf(state: CoordinatorState, lock: PessimisticLock, source: SourceId): LockId | null {
  const entry = entryOf(state, lock, source);
  if (entry?.mark != null) return entry.mark.lockId;
  if (entry?.operation == null || entry.operation.lockId === lock.origin.id) return null;
  const { operation, operationRevision, info, infoRevision } = entry;
  const other = state.pessimistic.locks.get(operation.lockId);
  if (operation.done) {
    const isRecorded = other?.told?.sources.some((told) => told.source === source && told.done) === true;
    return other === undefined || isRecorded ? null : operation.lockId;
  }
  // Of an operation that belongs to no lock: its worker can still carry it out if it came after what it reported.
  const isAwaited = info !== null && operationRevision > infoRevision;
  return isAwaited || other !== undefined ? operation.lockId : null;
}

/** The key of a source's operation. */
export function operationKey({
  task,
  source,
}: {
  readonly task: SourceEntry['task'];
  readonly source: SourceId;
}): string {
  return formatDmKey({ kind: 'pessimistic-operation', task, source });
}

/** The compare that a source's operation is the one that the state knows: no acknowledgement is ever overwritten. */
function operationUnchanged(state: CoordinatorState, lock: PessimisticLock, source: SourceId): Compare {
  const value = entryOf(state, lock, source)?.operationRevision ?? 0;
  return { kind: 'modRevision', key: operationKey({ task: lock.origin.task, source }), operator: '=', value };
}

/**
 * Whether the stored operation is this order. One that is older than the source's info doesn't count: the worker that sent
 * that info looks only for operations that come after it.
 */
function isTold(state: CoordinatorState, lock: PessimisticLock, { source, order }: DueOrder): boolean {
  const { operation, operationRevision } = entryOf(state, lock, source) ?? {};
  if (operation == null || operationRevision === undefined || operation.done || operation.lockId !== lock.origin.id)
    return false;
  if ((operation.exec ? 'exec' : 'skip') !== order || !isSameList(lock.origin.ddls, operation.ddls ?? [])) return false;
  return (
    operationRevision >= lock.origin.incarnation &&
    operationRevision > (lock.participants.get(source)?.infoRevision ?? 0)
  );
}

/** Sources that hold an order to execute that nobody wants any more: at most one may hold one. */
function otherExecutors(state: CoordinatorState, lock: PessimisticLock, part: readonly DueOrder[]): SourceEntry[] {
  const named = new Set(part.map(({ source }) => source));
  return [...state.pessimistic.entriesOf(lock.origin.task)].filter(({ source, operation, mark }) => {
    const isOurs = operation?.lockId === lock.origin.id && operation.exec && !operation.done && mark === null;
    return isOurs && !named.has(source);
  });
}

function orderPut({ origin }: PessimisticLock, { source, order }: DueOrder): Mutation {
  const { id: lockId, task, ddls } = origin;
  const value = writePessimisticOperation({ lockId, task, source, ddls, exec: isExec(order), done: false });
  return { kind: 'put', key: operationKey({ task, source }), value };
}

function orderEvent(lock: PessimisticLock, { source, order }: DueOrder): LockEvent {
  const { ddls } = lock.origin;
  return {
    ...ofLock(lock),
    kind: 'OperationPut',
    participant: whole(source),
    ddls,
    exec: isExec(order),
    stage: null,
    message: '',
  };
}

function isExec(order: PessimisticOrder): boolean {
  return order === 'exec';
}

/** The order counts too: what is stored must be what would be put. */
function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((ddl, index) => ddl === b[index]);
}

function entryOf(state: CoordinatorState, { origin }: PessimisticLock, source: SourceId): SourceEntry | undefined {
  return state.pessimistic.entry(sourceKey(origin.task, source));
}
