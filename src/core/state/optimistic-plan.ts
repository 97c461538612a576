import type { LockEvent, Participant } from '../model/lock-event';
import type { OptimisticOperation } from '../model/operation';
import type { DecisionRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Compare, Mutation } from '../model/store';
import type { Decision } from '../optimistic/sync';
import type { Shape } from '../table/shape';
import { schemaOfShape } from '../table/shape-schema';
import { dmPrefix, formatDmKey } from '../wire/dm-keys';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writeDecisionRecord } from '../wire/decision-record';
import { writeDroppedColumnStage } from '../wire/dropped-column-stage';
import { writeOptimisticOperation } from '../wire/optimistic-operation';
import { writeTableInfo } from '../wire/table-info';
import type { CoordinatorState, PendingAnswer } from './coordinator-state';
import type { OperationContent, TableEntry, Target } from './table-entry';
import type { TargetLock } from './target';
import type { Plan } from './write';

/** What is needed to plan the writes of one lock. */
export interface LockContext {
  readonly state: CoordinatorState;
  readonly target: Target;
  readonly held: TargetLock;
  /** The leader's clock, for records; milliseconds since 1970. */
  readonly nowMs: number;
}

/** What is needed to plan the writes of one table of a lock. */
export interface TableContext extends LockContext {
  readonly entry: TableEntry;
}

/** The operation and the decision record that answer an info. */
export function planAnswer(context: TableContext): Plan {
  const { state, entry, target, held } = context;
  const answer = state.answers.get(entry.key);
  if (answer === undefined) return 'void';
  if (state.openRedirects.has(entry.key)) return 'wait';
  if (held.lock.resolved) {
    // Its removal carries the answer; if another info comes first, the answer goes out by itself.
    held.parked.add(entry.key);
    return 'wait';
  }
  const record = {
    normal: answer.normal,
    conflict: answer.conflict,
    done: entry.member?.done ?? false,
  };
  const acknowledged = acknowledgement(context);
  const operation = answer.silent ? null : operationOf(target, answer.decision);
  return {
    compares: tableUnchanged(context),
    mutations: [
      ...markPuts(context),
      ...acknowledged.deletes,
      ...(operation === null ? [] : [operationPut(entry, operation)]),
      decisionPut(context, {
        ...record,
        infoRevision: answer.infoRevision,
        operationRevision: operation === null ? entry.putRevision : null,
        by: 'info',
      }),
    ],
    events: [...acknowledged.events, ...answerEvents(context, answer, operation)],
  };
}

/** The redirect of a table whose conflict was closed by another table's DDL. */
export function planRedirect(context: TableContext): Plan {
  const { entry, target } = context;
  const { member } = entry;
  if (member === null) return 'void';
  // The answer to its info, by which it waits, must come first.
  if (!entry.isAnswered) return 'wait';
  const operation: OperationContent = {
    lockId: target.lockId,
    ddls: null,
    stage: 'resolved',
    message: '',
    done: false,
    columns: null,
  };
  const record = {
    infoRevision: entry.decidedRevision,
    normal: member.normal,
    conflict: null,
    done: member.done,
  } as const;
  const acknowledged = acknowledgement(context);
  return {
    compares: tableUnchanged(context),
    mutations: [
      ...acknowledged.puts,
      ...acknowledged.deletes,
      operationPut(entry, operation),
      decisionPut(context, { ...record, operationRevision: null, by: 'redirect' }),
    ],
    events: [...acknowledged.events, operationPutEvent(context, operation)],
  };
}

/** The record that a table has carried out its operation, with what that did to its dropped columns. */
export function planRecordDone(context: TableContext): Plan {
  const { state, entry } = context;
  const { member } = entry;
  if (member === null || !state.finished.has(entry.key)) return 'void';
  // While its next info waits for an answer the record must stay as that info found it.
  if (!entry.isAnswered) return 'wait';
  const record = {
    infoRevision: entry.decidedRevision,
    normal: member.normal,
    conflict: member.conflict,
    done: member.done,
  };
  const { puts, deletes, events } = acknowledgement(context);
  return {
    compares: tableUnchanged(context),
    mutations: [
      ...puts,
      ...deletes,
      decisionPut(context, { ...record, operationRevision: entry.putRevision, by: 'done' }),
    ],
    events,
  };
}

/** The record that a table joined a lock. */
export function planRecordMember(context: TableContext): Plan {
  const { entry } = context;
  const { member } = entry;
  if (member === null || entry.info !== null) return 'void';
  const record = {
    infoRevision: entry.decidedRevision,
    normal: member.normal,
    conflict: null,
    done: member.done,
  } as const;
  return {
    compares: tableUnchanged(context),
    mutations: [decisionPut(context, { ...record, operationRevision: entry.putRevision, by: 'member' })],
    events: [{ ...ofLock(context), kind: 'TableAdded', participant: participantOf(entry) }],
  };
}

/** What names the lock in an event. */
export function ofLock({
  target,
  held,
}: Pick<LockContext, 'target' | 'held'>): Pick<
  Extract<LockEvent, { kind: 'LockSynced' }>,
  'task' | 'lockId' | 'incarnation' | 'mode'
> {
  const { incarnation } = held.lock.origin;
  return { task: target.task, lockId: target.lockId, incarnation, mode: 'optimistic' };
}

/** Who takes part, as events name it. */
export function participantOf(entry: TableEntry): Participant {
  return { source: entry.source, table: entry.table };
}

/**
 * What a table has carried out, as far as no record tells it. Every write of its record carries it, because from then on a
 * restart doesn't take the acknowledgement for news.
 */
export function acknowledgement(context: TableContext): {
  readonly puts: readonly Mutation[];
  readonly deletes: readonly Mutation[];
  readonly events: readonly LockEvent[];
} {
  const { entry, target, held, state } = context;
  const finished = state.finished.get(entry.key);
  if (finished === undefined) return { puts: [], deletes: [], events: [] };
  // A column whose drop is complete loses all its marks.
  const free = finished.forget.filter((column) => !held.lock.dropped.hasColumn(column));
  return {
    puts: markPuts(context),
    deletes: free.map((column) => ({
      kind: 'delete-prefix',
      prefix: dmPrefix('dropped-column', target.lockId, column),
    })),
    events: [{ ...ofLock(context), kind: 'OperationDone', participant: participantOf(entry) }],
  };
}

/**
 * The compares that of `entry` the state knows the newest: its info, its operation (an acknowledgement must not be lost), its
 * record (a write planned before would take that back), and that it routes to the target (what is written for a table that
 * has left stays for ever).
 */
export function tableUnchanged(context: Pick<TableContext, 'state' | 'target' | 'entry'>): Compare[] {
  const { entry } = context;
  return [infoUnchanged(entry), operationUnchanged(entry), decisionUnchanged(context), routesUnchanged(context)];
}

function operationUnchanged(entry: TableEntry): Compare {
  return { kind: 'modRevision', key: operationKey(entry), operator: '=', value: entry.operationRevision };
}

function decisionUnchanged({ state, target, entry }: Pick<TableContext, 'state' | 'target' | 'entry'>): Compare {
  const { lockId } = target;
  const key = formatLockstepKey({ kind: 'decision', lockId, table: entry.table });
  const former = state.leaving.formerLock(entry.key, lockId)?.decisionRevision ?? NO_REVISION;
  return { kind: 'modRevision', key, operator: '=', value: Math.max(entry.decisionRevision, former) };
}

function routesUnchanged({ state, entry }: Pick<TableContext, 'state' | 'entry'>): Compare {
  const { task, source } = entry;
  const key = formatDmKey({ kind: 'optimistic-source-tables', task, source });
  return { kind: 'modRevision', key, operator: '=', value: state.sourceTablesRevision(task, source) };
}

/** The compare that `entry` has reported nothing newer than what the state knows. */
export function infoUnchanged(entry: TableEntry): Compare {
  return { kind: 'modRevision', key: infoKey(entry), operator: '=', value: entry.infoRevision };
}

/** The key of the info of `entry`. */
export function infoKey(entry: TableEntry): string {
  return formatDmKey({ kind: 'optimistic-info', task: entry.task, table: entry.table });
}

/** The key of the operation of `entry`. */
export function operationKey(entry: TableEntry): string {
  return formatDmKey({ kind: 'optimistic-operation', task: entry.task, table: entry.table });
}

/** The put of an operation for `entry`. */
export function operationPut(entry: TableEntry, content: OperationContent): Mutation {
  const operation: OptimisticOperation = { ...content, task: entry.task, table: entry.table };
  return { kind: 'put', key: operationKey(entry), value: writeOptimisticOperation(operation) };
}

/** The operation that a decision becomes. */
export function operationOf(target: Target, decision: Decision): OperationContent {
  return {
    lockId: target.lockId,
    ddls: decision.ddls,
    stage: decision.problem?.stage ?? 'none',
    message: decision.problem?.message ?? '',
    done: false,
    columns: decision.columns,
  };
}

/** What was decided for a table, with the schemas themselves. */
interface DecidedSchemas extends Omit<DecisionRecord, 'atMs' | 'normal' | 'conflict' | 'schema' | 'conflictSchema'> {
  readonly normal: Shape;
  readonly conflict: Shape | null;
}

/**
 * The put of the decision record of a table.
 * @param initial the initial schema of the lock, from this write on
 */
export function decisionPut(
  context: TableContext,
  decided: DecidedSchemas,
  initial = context.held.lock.origin.initial,
): Mutation {
  const { entry, target, nowMs } = context;
  const { normal, conflict, by } = decided;
  const told = [initial, entry.info?.after.at(-1)?.shape, by === 'member' ? entry.initial : null];
  const schema = untoldSchema(entry, told, normal);
  const conflictSchema = conflict === null ? null : untoldSchema(entry, told, conflict);
  const record = {
    ...decided,
    normal: normal.fingerprint,
    conflict: conflict?.fingerprint ?? null,
    atMs: nowMs,
    ...(schema === null ? {} : { schema }),
    ...(conflictSchema === null ? {} : { conflictSchema }),
  };
  const key = formatLockstepKey({ kind: 'decision', lockId: target.lockId, table: entry.table });
  return { kind: 'put', key, value: writeDecisionRecord(record) };
}

/**
 * The schema, unless something else that is stored tells it until the table's next record. Its next info replaces this one,
 * and waits for its answer, maybe for days: what this one ends with is what that begins with, but nothing tells any more what
 * this one began with, where a table in conflict, or after an error, still is. What was registered may change, and tells the
 * schema of tables only that have reported nothing, of which there are many.
 */
function untoldSchema(entry: TableEntry, told: readonly (Shape | null | undefined)[], shape: Shape): string | null {
  return told.includes(shape) ? null : writeTableInfo(schemaOfShape(shape, entry.name));
}

/**
 * The marks of the table as they are now: those of this decision, and any of an earlier one whose answer was overtaken by
 * the next info before it was written.
 */
function markPuts(context: TableContext): Mutation[] {
  return context.held.lock.dropped.marksOf(context.entry.key).flatMap(({ column }) => markPut(context, column));
}

function markPut({ entry, target, held }: TableContext, column: string): Mutation[] {
  const mark = held.lock.dropped.markOf(entry.key, column);
  if (mark === null) return [];
  const key = formatDmKey({ kind: 'dropped-column', lockId: target.lockId, column: mark.column, table: entry.table });
  return [{ kind: 'put', key, value: writeDroppedColumnStage(mark.stage) }];
}

function answerEvents(context: TableContext, answer: PendingAnswer, operation: OperationContent | null): LockEvent[] {
  const { entry } = context;
  const participant = participantOf(entry);
  const ddls = entry.info?.ddls ?? [];
  const events: LockEvent[] = [
    { ...ofLock(context), kind: 'InfoReceived', participant, ddls, infoRevision: answer.infoRevision },
  ];
  const { problem } = answer.decision;
  if (problem !== null) {
    events.push({
      ...ofLock(context),
      kind: 'ConflictDetected',
      participant,
      code: problem.code,
      message: problem.message,
      ddls,
    });
  }
  if (operation !== null) events.push(operationPutEvent(context, operation));
  return events;
}

/** The event of an operation that is put. */
export function operationPutEvent(context: TableContext, operation: OperationContent): LockEvent {
  const { ddls, stage, message } = operation;
  return {
    ...ofLock(context),
    kind: 'OperationPut',
    participant: participantOf(context.entry),
    ddls: ddls ?? [],
    exec: null,
    stage,
    message,
  };
}
