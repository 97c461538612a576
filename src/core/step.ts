import type { ActionRecord } from './model/action';
import type { LockstepError } from './model/error';
import { unreachable } from './model/invariant';
import type { TaskName, UpstreamTable } from './model/names';
import type { PublishedEvent } from './model/published-event';
import type { Revision } from './model/revision';
import type { Batch } from './model/store';
import type { TableKey } from './model/table-key';
import type { CoordinatorState, TouchedOperation } from './state/coordinator-state';
import { askDownstreams } from './state/downstream-tasks';
import { takeSchemas, takeWanted } from './state/downstream-reading';
import { foldBatch } from './state/fold';
import { isHeldBack } from './state/held-back';
import { askOverdueActions } from './state/pessimistic-touch';
import { planObligation } from './state/planner';
import type { Obligation, ObligationId } from './state/obligation';
import { obligationId } from './state/obligation';
import { askSettledRecord, noteSettled } from './state/settled';
import { askTrim } from './state/trim';
import { compareAsSeen } from './state/unreadable';
import type { Write } from './state/write';

/** How often it is looked whether what can't be written still holds back the rest of its lock, in milliseconds. */
const HELD_BACK_MS = 1_000;

/** What happens to the coordinator. Times are the clock of this server, in milliseconds since 1970. */
export type CoordinatorEvent =
  /** The store's next change came in. */
  | { readonly kind: 'batch'; readonly batch: Batch; readonly nowMs: number }
  /** This server leads from now on, having seen everything up to its own election. */
  | { readonly kind: 'lead'; readonly nowMs: number }
  /** This server doesn't lead any more. */
  | { readonly kind: 'follow' }
  /**
   * A write was done, or refused because a compare of it failed, in the transaction of this revision; or it failed: if it was
   * done all the same, then before this revision.
   */
  | {
      readonly kind: 'done' | 'refused' | 'failed';
      readonly id: ObligationId;
      readonly revision: Revision;
      readonly nowMs: number;
    }
  /** The store takes a write never, for this reason; nothing of it was done. */
  | { readonly kind: 'impossible'; readonly id: ObligationId; readonly error: LockstepError; readonly nowMs: number }
  /** The downstream of a task was read: the schemas of these tables, null where there is no checkpoint. */
  | {
      readonly kind: 'schemas';
      readonly task: TaskName;
      readonly schemas: ReadonlyMap<TableKey, string | null>;
      readonly nowMs: number;
    }
  /** The downstream of a task can't be read now; the shell tries again. */
  | { readonly kind: 'schemas-failed'; readonly task: TaskName; readonly message: string }
  /** Time has passed: deadlines may be over. */
  | { readonly kind: 'tick'; readonly nowMs: number };

/** What the shell is to do, in this order. Writes of one obligation come one at a time. */
export type Effect =
  | { readonly kind: 'write'; readonly id: ObligationId; readonly write: Write }
  | { readonly kind: 'publish'; readonly events: readonly PublishedEvent[] }
  /** These manual actions have ended. */
  | { readonly kind: 'ended-actions'; readonly actions: readonly ActionRecord[] }
  /** Acknowledgements for these tasks came that answer no order, and were ignored (4-pessimistic.md, *Done*). */
  | { readonly kind: 'ignored-acknowledgements'; readonly tasks: readonly TaskName[] }
  /** The schemas of these tables are wanted as their task's downstream has them. */
  | { readonly kind: 'read-schemas'; readonly task: TaskName; readonly tables: readonly UpstreamTable[] }
  /** These operations have changed: whoever waits for them is to be told. */
  | { readonly kind: 'operations'; readonly touched: readonly TouchedOperation[] };

/**
 * The whole coordination: what follows from `event`. Synchronous and deterministic; `state` changes only by what the store
 * says, never by what was sent. Only a leader's step gives writes.
 */
export function step(state: CoordinatorState, event: CoordinatorEvent): Effect[] {
  const effects = react(state, event);
  noteSettled(state);
  return effects;
}

function react(state: CoordinatorState, event: CoordinatorEvent): Effect[] {
  switch (event.kind) {
    case 'batch':
      foldBatch(state, event.batch);
      return [...publications(state), ...planDue(state, event.nowMs)];
    case 'lead':
      state.leading = true;
      askDownstreams(state);
      state.outbox.rearm();
      return planDue(state, event.nowMs);
    case 'follow':
      state.leading = false;
      state.downstream.forgetReading();
      return [];
    case 'done':
      state.outbox.markDone(event.id, event.revision);
      return planDue(state, event.nowMs);
    case 'refused':
      state.outbox.markRefused(event.id, event.revision, event.nowMs);
      return planDue(state, event.nowMs);
    case 'impossible':
      state.outbox.markImpossible(event.id, event.error, event.nowMs);
      return planDue(state, event.nowMs);
    case 'failed':
      state.outbox.markFailed(event.id, event.revision);
      return planDue(state, event.nowMs);
    case 'schemas':
      takeSchemas(state, event.task, event.schemas);
      return planDue(state, event.nowMs);
    case 'schemas-failed':
      state.downstream.failures.set(event.task, event.message);
      return [];
    case 'tick':
      if (state.leading) {
        askTrim(state, event.nowMs);
        askSettledRecord(state);
      }
      askOverdueActions(state, event.nowMs);
      return planDue(state, event.nowMs);
    default:
      return unreachable(event);
  }
}

function publications(state: CoordinatorState): Effect[] {
  const { published, touchedOperations: touched, endedActions: actions, ignoredAcknowledgements: ignored } = state;
  state.published = [];
  state.endedActions = [];
  state.ignoredAcknowledgements = [];
  state.touchedOperations = [];
  return [
    ...(published.length > 0 ? [{ kind: 'publish', events: published } as const] : []),
    ...(actions.length > 0 ? [{ kind: 'ended-actions', actions } as const] : []),
    ...(ignored.length > 0 ? [{ kind: 'ignored-acknowledgements', tasks: ignored } as const] : []),
    ...(touched.length > 0 ? [{ kind: 'operations', touched } as const] : []),
  ];
}

function planDue(state: CoordinatorState, nowMs: number): Effect[] {
  if (!state.leading) return [];
  const due = state.outbox.takeDue(state.revision, nowMs);
  const writes = planWrites(state, due, nowMs);
  return [...writes, ...takeWanted(state, due).map((wanted) => ({ kind: 'read-schemas', ...wanted }) as const)];
}

function planWrites(state: CoordinatorState, due: readonly Obligation[], nowMs: number): Effect[] {
  return due.flatMap((obligation): Effect[] => {
    if (isHeldBack(state, obligation)) {
      state.outbox.postpone(obligation, nowMs + HELD_BACK_MS);
      return [];
    }
    const plan = planObligation(state, obligation, nowMs);
    if (plan === 'void') state.outbox.settle(obligation);
    if (plan === 'idle') state.outbox.markIdle(obligation);
    if (typeof plan === 'string') return [];
    const write = { ...plan, compares: compareAsSeen(state, plan.compares) };
    state.outbox.markSent(obligation, write.compares);
    return [{ kind: 'write', id: obligationId(obligation), write }];
  });
}
