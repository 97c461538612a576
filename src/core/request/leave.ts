import { asksForExecution } from '../model/conflict-stage';
import { parseUpstreamTable } from '../model/names';
import { quoteTable } from '../model/quote';
import type { Compare, LeaseId } from '../model/store';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import type { TableEntry } from '../state/table-entry';
import { taskKey } from '../state/task-sources';
import { requireReadable } from '../state/unreadable';
import { formatDmKey } from '../wire/dm-keys';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { planAskAction } from './ask-action';
import { answer, refuse } from './request-plan';
import type { RequestPlan } from './request-plan';
import { checkSession } from './session';
import type { SessionRef } from './session';

/** A session that has ended. */
export interface Left {
  /** Its lease, which the shell revokes; null: it has gone before. */
  readonly lease: LeaseId | null;
  /** The action that takes the source out of its task; null: it stays. */
  readonly removal: string | null;
}

/** End a session; the source stays a part of its task. */
export function planLeave(state: CoordinatorState, ref: SessionRef): RequestPlan<Left> {
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  const { lease } = checked.session.record;
  return {
    kind: 'write',
    compares: checked.compares,
    mutations: [sessionDelete(ref)],
    answer: () => ({ lease, removal: null }),
  };
}

/**
 * End a session, and take its source with all that is stored of it out of the task: the leader does that as if a person had
 * removed its metadata, in an action that has the ID of the session, so that a repeated request finds it. Nobody leaves
 * with DDLs that only he was told to execute: the others rely on them.
 */
export function planLeaveForGood(state: CoordinatorState, ref: SessionRef, nowMs: number): RequestPlan<Left> {
  const { task, source, sessionId: id } = ref;
  if (state.actions.has(id)) return answer({ lease: null, removal: id });
  const checked = checkSession(state, ref);
  if (checked.kind === 'refuse') return checked;
  requireReadable(state, taskKey(task));
  const undone = undoneOf(state, ref);
  if (undone !== null) return refuse('OPERATION_NOT_DONE', `source ${source} can't leave: ${undone}`, { task, source });
  const { lease, worker } = checked.session.record;
  const asked = planAskAction(state, {
    id,
    input: { kind: 'remove-meta', task, sources: [source], force: false },
    actor: `worker ${worker}`,
    reason: 'it leaves the task for good',
    nowMs,
  });
  if (asked.kind !== 'write') return answer({ lease, removal: id });
  return {
    kind: 'write',
    compares: [...checked.compares, ...asked.compares, orderUnchanged(state, ref)],
    mutations: [sessionDelete(ref), ...asked.mutations],
    answer: () => ({ lease, removal: id }),
  };
}

function sessionDelete({ task, source }: SessionRef): { readonly kind: 'delete'; readonly key: string } {
  return { kind: 'delete', key: formatLockstepKey({ kind: 'session', task, source }) };
}

/** The compare that the source, in pessimistic mode, wasn't told anything meanwhile. */
function orderUnchanged(state: CoordinatorState, { task, source }: SessionRef): Compare {
  const key = formatDmKey({ kind: 'pessimistic-operation', task, source });
  return {
    kind: 'modRevision',
    key,
    operator: '=',
    value: state.pessimistic.find(task, source)?.operationRevision ?? 0,
  };
}

/** What the source was, or is yet to be, told to execute, in words; null: nothing. */
function undoneOf(state: CoordinatorState, { task, source }: SessionRef): string | null {
  const order = state.pessimistic.find(task, source)?.operation;
  if (order?.exec === true && !order.done) return `it is told to execute ${order.ddls?.join('; ') ?? 'DDLs'}`;
  for (const entry of state.sourceTables.get(sourceKey(task, source))?.tables ?? []) {
    const undone = undoneOfTable(entry);
    const { schema, table } = parseUpstreamTable(source, entry.schema, entry.name);
    if (undone !== null) return `${quoteTable(schema, table)} ${undone}`;
  }
  return null;
}

function undoneOfTable({ operation, isAnswered, info }: TableEntry): string | null {
  if (!isAnswered) return `waits for the operation that answers ${info?.ddls.join('; ') ?? 'its report'}`;
  const isToExecute = operation !== null && !operation.done && asksForExecution(operation.stage);
  const ddls = isToExecute ? (operation.ddls ?? []) : [];
  return ddls.length === 0 ? null : `is told to execute ${ddls.join('; ')}`;
}
