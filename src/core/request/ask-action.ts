import type { ActionInput, ActionRecord } from '../model/action';
import { planAction } from '../state/actions';
import type { CoordinatorState } from '../state/coordinator-state';
import { foreseenSchemas } from '../state/foreseen-schemas';
import type { ForeseenSchema } from '../state/foreseen-schemas';
import { requireReadable } from '../state/unreadable';
import type { Plan } from '../state/write';
import { writeActionRecord } from '../wire/action-record';
import { DM_LEADER_PREFIX } from '../wire/dm-keys';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { answer, refuse } from './request-plan';
import type { RequestPlan } from './request-plan';

/** A manual action as a person asks for it. */
export interface ActionDemand {
  /** Hash of actor, action and idempotency key, or random. */
  readonly id: string;
  readonly input: ActionInput;
  readonly actor: string;
  readonly reason: string;
  readonly nowMs: number;
}

/** An action that is asked for, and whether it had been asked for before. */
export interface AskedAction {
  readonly record: ActionRecord;
  readonly repeated: boolean;
}

/** Write down that an action is asked for; the leader carries it out. The same ID gives the stored record. */
export function planAskAction(state: CoordinatorState, demand: ActionDemand): RequestPlan<AskedAction> {
  const known = state.actions.get(demand.id);
  if (known !== undefined) {
    return isSame(known.input, demand.input)
      ? answer({ record: known, repeated: true })
      : refuse('IDEMPOTENCY_KEY_REUSED', 'the idempotency key was used for another request', { actionId: demand.id });
  }
  const record = askedAction(demand);
  const key = formatLockstepKey({ kind: 'action', id: demand.id });
  // It may have been carried out: nobody asks for it once more by that key.
  requireReadable(state, key);
  return {
    kind: 'write',
    compares: [
      { kind: 'version', key, operator: '=', value: 0 },
      { kind: 'absent', prefix: DM_LEADER_PREFIX },
    ],
    mutations: [{ kind: 'put', key, value: writeActionRecord(record) }],
    answer: () => ({ record, repeated: false }),
  };
}

/** Whether the same is asked for, however long somebody waits for it. */
function isSame(a: ActionInput, b: ActionInput): boolean {
  return JSON.stringify({ ...a, waitMs: null }) === JSON.stringify({ ...b, waitMs: null });
}

/** What the first step of an action would write, without writing anything, and what locks would join to after it. */
export function dryRunAction(
  state: CoordinatorState,
  demand: ActionDemand,
): { readonly record: ActionRecord; readonly plan: Plan; readonly schemas: readonly ForeseenSchema[] } {
  const record = askedAction(demand);
  return {
    record,
    plan: planAction(state, record, demand.nowMs),
    schemas: foreseenSchemas(state, record, demand.nowMs),
  };
}

function askedAction({ id, input, actor, reason, nowMs }: ActionDemand): ActionRecord {
  return {
    id,
    input,
    actor,
    reason,
    state: 'asked',
    askedAtMs: nowMs,
    deadlineMs: null,
    progress: null,
    result: null,
    endedAtMs: null,
  };
}
