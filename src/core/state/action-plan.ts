import type { ActionFailure, ActionRecord, ActionResult, ActionWorkerResult } from '../model/action';
import type { ErrorCode } from '../model/error-catalogue';
import type { ErrorFields } from '../model/error';
import type { LockEvent } from '../model/lock-event';
import { NO_REVISION } from '../model/revision';
import type { Compare, Mutation } from '../model/store';
import { writeActionRecord } from '../wire/action-record';
import { formatLockstepKey } from '../wire/lockstep-keys';
import type { CoordinatorState } from './coordinator-state';
import type { Write } from './write';

/** What is needed to plan the next step of an action. */
export interface ActionContext<Input extends ActionRecord['input'] = ActionRecord['input']> {
  readonly state: CoordinatorState;
  readonly action: ActionRecord;
  readonly input: Input;
  /** The leader's clock, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** What a step of an action writes beside the action's own record. */
export interface ActionEffects {
  readonly compares?: readonly Compare[];
  readonly mutations?: readonly Mutation[];
  readonly events?: readonly LockEvent[];
}

/** The write that ends an action with success (or, if `failure` is given, with it), together with its effects. */
export function endAction(
  context: ActionContext,
  outcome: {
    readonly failure?: ActionFailure;
    readonly workers?: readonly ActionWorkerResult[];
    readonly changes?: readonly string[];
    readonly expired?: boolean;
  },
  effects: ActionEffects = {},
): Write {
  const result: ActionResult = {
    failure: outcome.failure ?? null,
    workers: outcome.workers ?? [],
    changes: outcome.changes ?? [],
  };
  const ended = outcome.expired === true ? 'expired' : outcome.failure === undefined ? 'done' : 'failed';
  return writeStep(
    context,
    { state: ended, deadlineMs: null, progress: null, result, endedAtMs: context.nowMs },
    effects,
  );
}

/** The write that ends an action because it can't be done. */
export function refuseAction(
  context: ActionContext,
  code: ErrorCode,
  message: string,
  fields: ErrorFields = {},
): Write {
  return endAction(context, { failure: { code, message, fields } });
}

/** The write that takes an action one step on, together with its effects; it holds only if no step was made since this one was planned. */
export function writeStep(context: ActionContext, change: Partial<ActionRecord>, effects: ActionEffects): Write {
  const { state, action } = context;
  const key = formatLockstepKey({ kind: 'action', id: action.id });
  const value = state.actionRevisions.get(action.id) ?? NO_REVISION;
  return {
    compares: [{ kind: 'modRevision', key, operator: '=', value }, ...(effects.compares ?? [])],
    mutations: [...(effects.mutations ?? []), { kind: 'put', key, value: writeActionRecord({ ...action, ...change }) }],
    events: effects.events ?? [],
  };
}
