import type { LockEvent } from '../model/lock-event';
import type { LockId } from '../model/lock-id';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { Mutation } from '../model/store';
import type { TableKey } from '../model/table-key';
import { schemaOfShape } from '../table/shape-schema';
import type { Shape } from '../table/shape';
import { isShape } from '../table/shape';
import { dmPrefix, formatDmKey } from '../wire/dm-keys';
import { writeLockRecord } from '../wire/lock-record';
import { writeInitialSchemaRecord } from '../wire/initial-schema-record';
import { formatLockstepKey, lockstepPrefix } from '../wire/lockstep-keys';
import { writeTableInfo } from '../wire/table-info';
import type { CoordinatorState } from './coordinator-state';
import type { FormerLock } from './leaving-tables';
import { isMarked, isPast } from './optimistic-leaving';
import {
  decisionPut,
  infoKey,
  infoUnchanged,
  ofLock,
  operationKey,
  operationOf,
  operationPut,
  operationPutEvent,
  participantOf,
  tableUnchanged,
} from './optimistic-plan';
import type { LockContext } from './optimistic-plan';
import { hasOperationToDelete, RemovalQueue } from './removal-queue';
import type { OperationContent, TableEntry, Target } from './table-entry';
import type { Plan, Write } from './write';

/** The record of a lock that was created. */
export function planRecordLock(context: LockContext): Write {
  const { held, state } = context;
  const by = held.createdBy === null ? undefined : state.tables.get(held.createdBy);
  const events: LockEvent[] = [];
  if (by !== undefined) {
    events.push({
      ...ofLock(context),
      kind: 'LockCreated',
      by: { source: by.source, table: by.table },
      ddls: by.info?.ddls ?? [],
    });
  }
  return { compares: [], mutations: [lockRecordPut(context, held.lock.origin.initial, false)], events };
}

/** The record that the lock is synced, which tells it once whoever leads; or that it isn't any more. */
export function planTellSynced(context: LockContext): Plan {
  const { lock, recorded, toldSynced } = context.held;
  if (!recorded) return 'wait';
  if (lock.synced === toldSynced) return 'void';
  return {
    compares: [],
    mutations: [lockRecordPut(context, lock.origin.initial, lock.synced)],
    events: lock.synced ? [{ ...ofLock(context), kind: 'LockSynced' }] : [],
  };
}

/**
 * Delete what is stored of a resolved lock: infos, operations, decision records, dropped columns and its own record, only
 * if no info of its tables is newer than the state knows. A lock too large for one write goes in parts: the first makes
 * the joined schema the initial one, so that a restart after any part finds its tables where they are; the last deletes
 * the lock's record. An info that isn't answered yet gets its operation instead of losing it.
 */
export function planRemoval(context: LockContext): Plan {
  const { state, target, held } = context;
  if (!held.lock.resolved) return 'void';
  if (state.leaving.isHeld(target.lockId)) return 'wait';
  // Its record comes first.
  if (!held.recorded) return 'wait';
  // Nobody knows what an info that can't be read reports.
  if (hasUnreadable(state, target)) return 'idle';
  const perWrite = Math.max(1, Math.floor((state.limits.operationsPerWrite - 4) / 4));
  const stored = storedTables(context, perWrite + 1);
  if (stored.length <= perWrite) return lastPart(context, stored);
  const part = stored.slice(0, perWrite);
  const { joined } = held.lock;
  return {
    compares: part.flatMap((entry) => tableUnchanged({ ...context, entry })),
    mutations: [
      ...(isShape(joined) ? [lockRecordPut(context, joined, true)] : []),
      ...part.flatMap((entry) => [...tableDeletes(context, entry), ...partedDecision(context, entry)]),
    ],
    events: untoldDone(context, part),
  };
}

/** The first tables that have something stored. Before the last part all are looked at once more. */
function storedTables({ state, target }: LockContext, most: number): TableEntry[] {
  const stored = state.removals.get(target.lockId)?.first(most) ?? [];
  if (stored.length === most) return stored;
  const queue = new RemovalQueue(target);
  state.removals.set(target.lockId, queue);
  return queue.first(most);
}

function hasUnreadable({ unreadable }: CoordinatorState, target: Target): boolean {
  for (const entry of unreadable) if (entry.target === target) return true;
  return false;
}

/** Until the last part a restart must find the table done, with the joined schema, which is the initial one from now on. */
function partedDecision(context: LockContext, entry: TableEntry): Mutation[] {
  const { member } = entry;
  if (member === null) return [];
  const { normal } = member;
  const hasAnswer = finalOperation(context, entry).length > 0;
  const record = {
    infoRevision: NO_REVISION,
    normal,
    conflict: null,
    done: true,
    operationRevision: hasAnswer ? null : NO_REVISION,
    by: 'done',
  } as const;
  return [decisionPut({ ...context, entry }, record, normal)];
}

/** Acknowledgements whose own record waits for an answer that only the removal carries. */
function untoldDone(context: LockContext, tables: readonly TableEntry[]): LockEvent[] {
  const untold = tables.filter((entry) => context.state.finished.has(entry.key) && !entry.isAnswered);
  return untold.map((entry) => ({ ...ofLock(context), kind: 'OperationDone', participant: participantOf(entry) }));
}

/** Delete what is left of a lock that has no tables, or is no longer in the state. */
export function planRemains(state: CoordinatorState, lockId: LockId): Plan {
  // The record of the new one will take the place of what is left.
  if (state.targets.get(lockId)?.lock != null) return 'wait';
  // Its records tell that what these tables left behind is of their past.
  if (state.leaving.isHeld(lockId)) return 'wait';
  return { compares: [], mutations: lockDeletes(lockId), events: [] };
}

/** Delete what is stored of a table that has left its target. */
export function planForget(state: CoordinatorState, key: TableKey): Plan {
  const entry = state.tables.get(key);
  const leaving = state.leaving.get(key);
  if (entry === undefined || leaving === undefined) return 'void';
  const { task, table, attempt } = entry;
  const operation = deletion(
    operationKey(entry),
    isPast(entry, leaving, entry.operationRevision),
    entry.operationRevision,
  );
  const parts = [
    operation,
    ...[...leaving.formerLocks].map(([lockId, former]) => forgetInLock(state, entry, lockId, former)),
  ];
  const mutations = [
    ...deleteIf(isPast(entry, leaving, entry.infoRevision), infoKey(entry)),
    ...deleteIf(
      attempt !== null && isPast(entry, leaving, attempt.revision),
      formatLockstepKey({ kind: 'attempt', task, table }),
    ),
    ...parts.flatMap((part) => part.mutations),
  ];
  const compares = [infoUnchanged(entry), ...parts.flatMap((part) => part.compares)];
  const events = parts.flatMap((part) => part.events);
  return mutations.length === 0 && events.length === 0 ? 'void' : { compares, mutations, events };
}

/** Delete the marks on a column that nobody drops any more. */
export function planForgetColumn(state: CoordinatorState, lockId: LockId, column: string): Plan {
  const lock = state.targets.get(lockId)?.lock?.lock;
  // What is stored of a lock that has gone goes with it.
  if (lock === undefined || lock.dropped.hasColumn(column)) return 'void';
  const prefix = dmPrefix('dropped-column', lockId, column);
  return { compares: [], mutations: [{ kind: 'delete-prefix', prefix }], events: [] };
}

/** Delete what is stored of a table under a lock that it isn't in any more, and tell that it left. */
function forgetInLock(state: CoordinatorState, entry: TableEntry, lockId: LockId, former: FormerLock): Write {
  const { task, table } = entry;
  const { incarnation, decisionRevision } = former;
  const decision = deletion(
    formatLockstepKey({ kind: 'decision', lockId, table }),
    decisionRevision !== NO_REVISION,
    decisionRevision,
  );
  const columns = former.columns.filter((column) => !isMarked(state, lockId, entry.key, column));
  const marks = columns.map((column): Mutation => ({
    kind: 'delete',
    key: formatDmKey({ kind: 'dropped-column', lockId, column, table }),
  }));
  return {
    compares: decision.compares,
    mutations: [...decision.mutations, ...marks],
    events:
      incarnation === null
        ? []
        : [{ kind: 'TableRemoved', task, lockId, incarnation, mode: 'optimistic', participant: participantOf(entry) }],
  };
}

/**
 * The deletion of a key of a table that has left, as the state knows it: a table that has come back may be answered by a
 * write that the state hasn't seen yet, and that one must stay.
 */
function deletion(key: string, isWanted: boolean, known: Revision): Write {
  if (!isWanted) return { compares: [], mutations: [], events: [] };
  return {
    compares: [{ kind: 'modRevision', key, operator: '=', value: known }],
    mutations: [{ kind: 'delete', key }],
    events: [],
  };
}

function lastPart(context: LockContext, stored: readonly TableEntry[]): Write {
  const { target } = context;
  const answered = stored.flatMap((entry) =>
    finalOperation(context, entry).map((operation) => ({ ...context, entry, operation })),
  );
  return {
    compares: stored.flatMap((entry) => tableUnchanged({ ...context, entry })),
    mutations: [
      ...stored.flatMap((entry) => tableDeletes(context, entry)),
      ...lockDeletes(target.lockId),
      ...agreedSchemaPut(context),
    ],
    events: [
      ...untoldDone(context, stored),
      ...answered.map((answer) => operationPutEvent(answer, answer.operation)),
      { ...ofLock(context), kind: 'LockResolved' },
    ],
  };
}

/** The operation that the table is still owed, if any. */
function finalOperation({ state, target }: LockContext, entry: TableEntry): OperationContent[] {
  const answer = state.answers.get(entry.key);
  return answer === undefined || answer.silent ? [] : [operationOf(target, answer.decision)];
}

function tableDeletes(context: LockContext, entry: TableEntry): Mutation[] {
  const [operation] = finalOperation(context, entry);
  const { task, table } = entry;
  return [
    ...deleteIf(entry.info !== null, infoKey(entry)),
    // From now on its schema is the joined one, not what its worker registered once.
    ...deleteIf(entry.initial !== null, formatLockstepKey({ kind: 'initial-schema', task, table })),
    ...(operation === undefined
      ? deleteIf(hasOperationToDelete(entry), operationKey(entry))
      : [operationPut(entry, operation)]),
  ];
}

function deleteIf(condition: boolean, key: string): Mutation[] {
  return condition ? [{ kind: 'delete', key }] : [];
}

function lockDeletes(lockId: LockId): Mutation[] {
  return [
    { kind: 'delete-prefix', prefix: lockstepPrefix('decision', lockId) },
    { kind: 'delete-prefix', prefix: dmPrefix('dropped-column', lockId) },
    { kind: 'delete', key: formatLockstepKey({ kind: 'lock', lockId }) },
  ];
}

/** All tables have the joined schema now; one that comes back to an old DDL isn't to be told that they don't. */
function agreedSchemaPut({ state, target, held }: LockContext): Mutation[] {
  const { joined } = held.lock;
  const isOfApi = [...target.tables].some(({ attempt }) => attempt !== null);
  if (!isOfApi || !isShape(joined) || state.agreedSchemas.get(target.lockId) === joined) return [];
  const schema = writeTableInfo(schemaOfShape(joined, target.table.table));
  const key = formatLockstepKey({ kind: 'agreed-schema', task: target.task, target: target.table });
  return [{ kind: 'put', key, value: writeInitialSchemaRecord({ schema, isRegistered: false }) }];
}

function lockRecordPut({ target, held, nowMs }: LockContext, initial: Shape, synced: boolean): Mutation {
  const record = {
    mode: 'optimistic',
    lockId: target.lockId,
    task: target.task,
    target: target.table,
    incarnation: held.lock.origin.incarnation,
    initial: writeTableInfo(schemaOfShape(initial, target.table.table)),
    synced,
    createdAtMs: held.createdAtMs ?? nowMs,
  } as const;
  return {
    kind: 'put',
    key: formatLockstepKey({ kind: 'lock', lockId: target.lockId }),
    value: writeLockRecord(record),
  };
}
