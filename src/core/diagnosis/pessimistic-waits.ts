import { waitReasonsOf } from '../pessimistic/waiting';
import type { WaitReason as PessimisticReason } from '../pessimistic/waiting';
import { unreachable } from '../model/invariant';
import type { SourceId } from '../model/names';
import { quoteTable } from '../model/quote';
import { sourceKey } from '../model/table-key';
import type { CoordinatorState } from '../state/coordinator-state';
import type { HeldLock } from '../state/held-lock';
import { otherLockOf } from '../state/pessimistic-due';
import { failureText } from './failure-text';
import { ddlsText, listText, sinceText, timeText } from './words';
import type { WaitKind, WaitReason } from './wait-reason';
import { expectedOf } from './scope';
import { workerOf, workerText } from './worker-of';

/** For which sources a pessimistic lock waits, and why, one by one. */
export function* pessimisticWaits(state: CoordinatorState, held: HeldLock): Generator<WaitReason> {
  const { lock } = held;
  if (lock.unlock !== null) yield describeUnlock(state, held, lock.unlock.actionId);
  const reasons = waitReasonsOf(lock, (source) => otherLockOf(state, lock, source));
  for (const reason of reasons) yield describe(state, held, reason);
}

function describeUnlock(state: CoordinatorState, { told }: HeldLock, actionId: string): WaitReason {
  const action = state.actions.get(actionId);
  const deadline = action?.deadlineMs == null ? '' : `, until ${timeText(action.deadlineMs)} at the latest`;
  const by = action === undefined ? '' : ` of ${action.actor}`;
  const sentence = `Unlock ${actionId}${by} is at work: it waits for the sources below${deadline}.`;
  const sinceMs = action?.askedAtMs ?? told?.progressAtMs ?? null;
  return { kind: 'action-running', sentence, source: null, table: null, sinceMs };
}

function describe(state: CoordinatorState, held: HeldLock, reason: PessimisticReason): WaitReason {
  const { lock, told, createdAtMs: created } = held;
  const moved = told?.progressAtMs ?? held.lastProgressMs;
  const { task, ddls } = lock.origin;
  const make = (kind: WaitKind, source: SourceId | null, sinceMs: number | null, sentence: string): WaitReason => ({
    kind,
    sentence,
    source,
    table: null,
    sinceMs,
  });
  if (reason.kind === 'sources-not-declared') {
    const sentence = `${undeclaredText(state, held)}, so no source is told to execute alone${sinceText(created)}.`;
    return make('sources-not-declared', null, created, sentence);
  }
  const { source } = reason;
  const worker = workerText(workerOf(state, task, source));
  const failure = failureOf(state, held, source);
  switch (reason.kind) {
    case 'not-reported': {
      const forming = formingText(state, held, source);
      const sentence = `Source ${source} has not reported ${ddlsText(ddls)}, which others wait with${sinceText(created)}; ${worker}${forming}.`;
      return make('info-missing', source, created, sentence);
    }
    case 'ddls-differ': {
      const sentence = `Source ${source} has reported other DDLs than the lock: ${ddlsText(reason.ddls)} instead of ${ddlsText(ddls)}; ${worker}.`;
      return make('ddls-differ', source, created, sentence);
    }
    case 'executing': {
      const sentence = `Source ${source} executes ${ddlsText(ddls)} downstream and has not said that it is done${sinceText(moved)}; ${worker}${failure}.`;
      return make('owner-not-done', source, moved, sentence);
    }
    case 'skipping': {
      const sentence = `Source ${source} was told to skip ${ddlsText(ddls)} and has not said that it did${sinceText(moved)}; ${worker}${failure}.`;
      return make('operation-not-done', source, moved, sentence);
    }
    case 'other-lock': {
      const sentence = `Source ${source} has an operation of lock ${reason.lockId}, which comes first; ${worker}.`;
      return make('previous-operation', source, moved, sentence);
    }
    default:
      return unreachable(reason);
  }
}

/** What isn't known of the sources of a task. */
function undeclaredText(state: CoordinatorState, { lock }: HeldLock): string {
  const { task } = lock.origin;
  const missing = expectedOf(state, task).filter((source) => !lock.participants.has(source));
  return missing.length === 0
    ? `Nobody has said which sources task ${task} has`
    : `Of the sources that the workers of task ${task} expect ${listText(missing)} never came`;
}

/** Why the source couldn't carry out its operation, as its worker said. */
function failureOf(state: CoordinatorState, { lock }: HeldLock, source: SourceId): string {
  const failure = state.failures.get(sourceKey(lock.origin.task, source));
  const { orderRevision } = lock.participants.get(source) ?? {};
  return failure === undefined || orderRevision == null ? '' : failureText(failure, orderRevision);
}

/** Which tables inside a source hold it up. */
function formingText(state: CoordinatorState, { lock }: HeldLock, source: SourceId): string {
  const { task, target } = lock.origin;
  const groups = state.statuses.get(sourceKey(task, source))?.formingGroups ?? [];
  const group = groups.find(({ target: other }) => other.schema === target.schema && other.table === target.table);
  if (group === undefined) return '';
  const missing = group.unsynced.map(({ schema, table }) => quoteTable(schema, table));
  const met = group.synced.length;
  return `; ${met} of its ${met + missing.length} tables have met the DDL, these have not: ${listText(missing)}`;
}
