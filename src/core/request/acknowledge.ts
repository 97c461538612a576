import { asksForExecution } from '../model/conflict-stage';
import { parseUpstreamTable } from '../model/names';
import type { UpstreamTable } from '../model/names';
import { quoteTable } from '../model/quote';
import type { FailureRecord } from '../model/records';
import { NO_REVISION } from '../model/revision';
import type { Revision } from '../model/revision';
import type { Compare, Mutation } from '../model/store';
import { sourceKey, tableKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import { operationPut } from '../state/optimistic-plan';
import { formatDmKey } from '../wire/dm-keys';
import { writeFailureRecord } from '../wire/failure-record';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writePessimisticOperation } from '../wire/pessimistic-operation';
import { viewSourceOperation, viewTableOperation } from './operation-view';
import type { OperationView } from './operation-view';
import { answer, refuse } from './request-plan';
import type { RequestPlan } from './request-plan';
import { comesLate, saidBy } from './said';
import { checkSession } from './session';
import type { SessionRef } from './session';
import { wrongMode } from './task-refusals';

/** How an acknowledgement ended; all but `stale` are successes (8-settled.md). */
export type Acknowledgement =
  | { readonly kind: 'acknowledged' | 'already-acknowledged'; readonly revision: Revision }
  /** The lock ended meanwhile, and the operation with it. */
  | { readonly kind: 'gone' }
  /** A newer operation is there. */
  | { readonly kind: 'stale'; readonly operation: OperationView };

/** Which operation a request is about; `table` null in pessimistic mode. */
export interface OperationRef {
  readonly table: { readonly schema: string; readonly table: string } | null;
  /** The revision of the coordinator's put. */
  readonly revision: Revision;
}

/** Record that a worker has carried out an operation. */
export function planAcknowledge(
  state: CoordinatorState,
  ref: SessionRef,
  named: OperationRef,
): RequestPlan<Acknowledgement> {
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  const wrong = wrongMode(state, ref, named.table === null ? 'pessimistic' : 'optimistic');
  if (wrong !== null) return wrong;
  const table = tableOf(ref, named);
  const view = findOperation(state, ref, table);
  if (view === null)
    return hasEnded(state, ref, table, named.revision) ? answer({ kind: 'gone' }) : unknown(ref, named);
  if (view.revision > named.revision) return answer({ kind: 'stale', operation: view });
  if (view.done && isOf(state, view, named.revision))
    return answer({ kind: 'already-acknowledged', revision: named.revision });
  if (view.revision < named.revision) return unknown(ref, named);
  const { stage } = view;
  if (stage !== null && !asksForExecution(stage))
    return refuse(
      'OPERATION_NOT_EXECUTABLE',
      `operation ${named.revision} is of stage ${stage}, which asks for nothing`,
      {
        source: ref.source,
        stage,
      },
    );
  const effects = table === null ? acknowledgeSource(state, ref) : acknowledgeTable(state, ref, table);
  return {
    kind: 'write',
    compares: [...checked.compares, ...effects.compares],
    mutations: [...effects.mutations, ...failureDelete(state, ref, table)],
    answer: () => ({ kind: 'acknowledged', revision: view.revision }),
  };
}

/** Record that a worker couldn't carry out an operation. */
export function planFailOperation(
  state: CoordinatorState,
  ref: SessionRef,
  { reason, retryable, ...named }: OperationRef & { readonly reason: string; readonly retryable: boolean },
  nowMs: number,
): RequestPlan<null> {
  return planRecord(state, ref, named, { isWorking: false, reason, retryable, atMs: nowMs });
}

/** Record that a worker still works on an operation, so that a person's wait for it lasts longer. */
export function planExtendOperation(
  state: CoordinatorState,
  ref: SessionRef,
  named: OperationRef,
  nowMs: number,
): RequestPlan<null> {
  return planRecord(state, ref, named, { isWorking: true, reason: '', retryable: true, atMs: nowMs });
}

function planRecord(
  state: CoordinatorState,
  ref: SessionRef,
  named: OperationRef,
  said: Omit<FailureRecord, 'operationRevision'>,
): RequestPlan<null> {
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  const table = tableOf(ref, named);
  const view = findOperation(state, ref, table);
  // What comes late, after the acknowledgement, would be taken for the next time that this is ordered.
  if (view?.revision !== named.revision || view.done)
    return refuse('OPERATION_NOT_FOUND', `source ${ref.source} has no undone operation of revision ${named.revision}`, {
      source: ref.source,
    });
  const known = state.failures.get(table === null ? sourceKey(ref.task, ref.source) : tableKey(ref.task, table));
  if (known?.operationRevision === named.revision && comesLate(ref, known)) return answer(null);
  const key = failureKey(ref, table);
  const value = writeFailureRecord({ operationRevision: named.revision, ...said, ...saidBy(ref) });
  return {
    kind: 'write',
    compares: [
      ...checked.compares,
      operationUnchanged(state, ref, table),
      { kind: 'modRevision', key, operator: '=', value: known?.revision ?? NO_REVISION },
    ],
    mutations: [{ kind: 'put', key, value }],
    answer: () => null,
  };
}

function tableOf(ref: SessionRef, { table }: OperationRef): UpstreamTable | null {
  return table === null ? null : parseUpstreamTable(ref.source, table.schema, table.table);
}

function findOperation(state: CoordinatorState, ref: SessionRef, table: UpstreamTable | null): OperationView | null {
  if (table === null) return viewSourceOperation(state, ref.task, ref.source);
  const entry = state.tables.get(tableKey(ref.task, table));
  return entry === undefined ? null : viewTableOperation(entry);
}

/** Whether the operation of `table` that was put at `revision` has gone with its lock. */
function hasEnded(
  state: CoordinatorState,
  { task, source }: SessionRef,
  table: UpstreamTable | null,
  revision: Revision,
): boolean {
  if (!mayHaveOrdered(state, revision)) return false;
  if (table === null) return true;
  const entry = state.tables.get(tableKey(task, table));
  if (entry !== undefined && (entry.attempt !== null || entry.membership !== 'none')) return true;
  // Of a source of which everything was removed nobody knows the tables, until it puts them again.
  return state.sourceTablesRevision(task, source) === NO_REVISION;
}

/** Whether a done operation is the one of `revision`; of one that outlived its lock nobody knows any more when it was put. */
function isOf(state: CoordinatorState, view: OperationView, revision: Revision): boolean {
  return view.revision === NO_REVISION ? mayHaveOrdered(state, revision) : view.revision === revision;
}

/** Whether something was ordered at `revision`: the journal tells of every order at the order's own revision. */
function mayHaveOrdered({ journal }: CoordinatorState, revision: Revision): boolean {
  return revision <= journal.trimmedThrough || journal.between(revision, revision, 1).length > 0;
}

function unknown({ source }: SessionRef, { table, revision }: OperationRef): RequestPlan<never> {
  const whose = table === null ? '' : ` for ${quoteTable(table.schema, table.table)}`;
  const message = `source ${source} has no operation of revision ${revision}${whose}, and had none that ended with its lock`;
  return refuse('OPERATION_NOT_FOUND', message, { source, revision });
}

/** The compare that the named operation is the one that the state knows. */
function operationUnchanged(
  state: CoordinatorState,
  { task, source }: SessionRef,
  table: UpstreamTable | null,
): Compare {
  const key =
    table === null
      ? formatDmKey({ kind: 'pessimistic-operation', task, source })
      : formatDmKey({ kind: 'optimistic-operation', task, table });
  const known =
    table === null ? state.pessimistic.entry(sourceKey(task, source)) : state.tables.get(tableKey(task, table));
  return { kind: 'modRevision', key, operator: '=', value: known?.operationRevision ?? 0 };
}

interface Effects {
  readonly compares: readonly Compare[];
  readonly mutations: readonly Mutation[];
}

function acknowledgeTable(state: CoordinatorState, { task }: SessionRef, table: UpstreamTable): Effects {
  const entry = state.tables.get(tableKey(task, table));
  if (entry?.operation == null) return { compares: [], mutations: [] };
  const key = formatDmKey({ kind: 'optimistic-operation', task, table });
  return {
    compares: [{ kind: 'modRevision', key, operator: '=', value: entry.operationRevision }],
    mutations: [operationPut(entry, { ...entry.operation, done: true })],
  };
}

/** One transaction puts the operation back and deletes the info, if it is there (4-pessimistic.md, *Worker side*). */
function acknowledgeSource(state: CoordinatorState, { task, source }: SessionRef): Effects {
  const entry = state.pessimistic.entry(sourceKey(task, source));
  if (entry?.operation == null) return { compares: [], mutations: [] };
  const operationKey = formatDmKey({ kind: 'pessimistic-operation', task, source });
  const infoKey = formatDmKey({ kind: 'pessimistic-info', task, source });
  return {
    compares: [
      { kind: 'modRevision', key: operationKey, operator: '=', value: entry.operationRevision },
      { kind: 'modRevision', key: infoKey, operator: '=', value: entry.infoRevision },
    ],
    mutations: [
      { kind: 'put', key: operationKey, value: writePessimisticOperation({ ...entry.operation, done: true }) },
      ...(entry.info === null ? [] : [{ kind: 'delete', key: infoKey } as const]),
    ],
  };
}

function failureKey({ task, source }: SessionRef, table: UpstreamTable | null): string {
  return table === null
    ? formatLockstepKey({ kind: 'source-failure', task, source })
    : formatLockstepKey({ kind: 'failure', task, table });
}

function failureDelete(state: CoordinatorState, ref: SessionRef, table: UpstreamTable | null): Mutation[] {
  const key = table === null ? sourceKey(ref.task, ref.source) : tableKey(ref.task, table);
  return state.failures.has(key) ? [{ kind: 'delete', key: failureKey(ref, table) }] : [];
}
