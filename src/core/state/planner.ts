import { unreachable } from '../model/invariant';
import { parseLockId } from '../model/lock-id';
import type { LockId } from '../model/lock-id';
import type { TaskName } from '../model/names';
import { taskSourceOfKey } from '../model/table-key';
import type { SourceKey, TableKey } from '../model/table-key';
import { refuseAction } from './action-plan';
import { planAction } from './actions';
import type { CoordinatorState } from './coordinator-state';
import { planRecordDownstream } from './downstream-tasks';
import { planKnowSchema } from './optimistic-know-schema';
import { planAnswer, planRecordDone, planRecordMember, planRedirect } from './optimistic-plan';
import type { LockContext, TableContext } from './optimistic-plan';
import {
  planForget,
  planForgetColumn,
  planRecordLock,
  planRemains,
  planRemoval,
  planTellSynced,
} from './optimistic-removal';
import type { Obligation } from './obligation';
import { planPessimisticLock } from './pessimistic-plan';
import { planSource } from './pessimistic-source-plan';
import { planRecordSettled } from './settled';
import { planTrim } from './trim';
import type { Plan } from './write';

/** The next write for an obligation, as the state is now. Reads the state, changes nothing of what it means. */
export function planObligation(state: CoordinatorState, obligation: Obligation, nowMs: number): Plan {
  switch (obligation.kind) {
    case 'answer':
      return planForTable(state, obligation.table, nowMs, planAnswer);
    case 'redirect':
      return planForTable(state, obligation.table, nowMs, planRedirect);
    case 'record-done':
      return planForTable(state, obligation.table, nowMs, planRecordDone);
    case 'record-member':
      return planForTable(state, obligation.table, nowMs, planRecordMember);
    case 'know-schema':
      return planKnowSchema(state, obligation.table);
    case 'record-downstream':
      return planRecordDownstream(state, obligation.task);
    case 'forget-table':
      return planForget(state, obligation.table);
    case 'forget-column':
      return planForgetColumn(state, obligation.lockId, obligation.column);
    case 'record-lock':
      return planForLock(state, obligation.lockId, nowMs, planRecordLock);
    case 'tell-synced':
      return planForLock(state, obligation.lockId, nowMs, planTellSynced);
    case 'remove-optimistic-lock':
      return planForLock(state, obligation.lockId, nowMs, planRemoval);
    case 'remove-remains':
      return planRemains(state, obligation.lockId);
    case 'drive-pessimistic-lock':
      return isHeldUp(state, parseLockId(obligation.lockId).task)
        ? 'wait'
        : planPessimisticLock(state, obligation.lockId, nowMs);
    case 'clean-source':
      return isHeldUp(state, taskSourceOfKey(obligation.source).task)
        ? 'wait'
        : planSource(state, obligation.source, nowMs);
    case 'announce-worker':
      return planWorkerNews(state, obligation.source);
    case 'record-settled':
      return planRecordSettled(state);
    case 'trim':
      return planTrim(state, nowMs);
    case 'advance-action':
      return planKnownAction(state, obligation.action, nowMs);
    default:
      return unreachable(obligation);
  }
}

function planWorkerNews(state: CoordinatorState, source: SourceKey): Plan {
  const news = state.workerNews.get(source);
  return news === undefined ? 'void' : { compares: [], mutations: [], events: [news] };
}

function planKnownAction(state: CoordinatorState, id: string, nowMs: number): Plan {
  const action = state.actions.get(id);
  if (action === undefined) return 'void';
  const impossible = state.outbox.whyImpossible({ kind: 'advance-action', action: id });
  if (impossible === null || action.endedAtMs !== null) return planAction(state, action, nowMs);
  const { code, message, fields } = impossible.error;
  const what = `the store refuses what this would write: ${message}`;
  return refuseAction({ state, action, input: action.input, nowMs }, code, what, fields);
}

/** A person removes what is stored of the task: whatever is owed for it is looked at again when that has ended. */
function isHeldUp(state: CoordinatorState, task: TaskName): boolean {
  return state.removing.size > 0 && state.isBeingRemoved(task);
}

function planForLock(
  state: CoordinatorState,
  lockId: LockId,
  nowMs: number,
  plan: (context: LockContext) => Plan,
): Plan {
  const target = state.targets.get(lockId);
  if (target !== undefined && isHeldUp(state, target.task)) return 'wait';
  return target?.lock == null ? 'void' : plan({ state, target, held: target.lock, nowMs });
}

function planForTable(
  state: CoordinatorState,
  key: TableKey,
  nowMs: number,
  plan: (context: TableContext) => Plan,
): Plan {
  const entry = state.tables.get(key);
  const target = entry?.target ?? null;
  if (entry === undefined || target?.lock == null) return 'void';
  if (isHeldUp(state, entry.task)) return 'wait';
  return plan({ state, entry, target, held: target.lock, nowMs });
}
