import type { ActionFailure, ActionRecord, ActionWorkerResult } from '../model/action';
import type { LockId } from '../model/lock-id';
import { parseLockId } from '../model/lock-id';
import type { BreakRecord } from '../model/records';
import type { Mutation } from '../model/store';
import { sourceKey } from '../model/table-key';
import { writeBreakRecord } from '../wire/break-record';
import { writePessimisticInfo } from '../wire/pessimistic-info';
import { endAction, refuseAction, writeStep } from './action-plan';
import type { ActionContext } from './action-plan';
import { currentFailureOf, deadlineOf } from './action-wait';
import type { HeldLock } from './held-lock';
import { unknownScope } from './known-scope';
import {
  breakCompares,
  breakOperationPut,
  breakOrderEvent,
  infoKey,
  markKey,
  operationKey,
  planBreakEnd,
} from './pessimistic-break-plan';
import { isOfMark } from './pessimistic-operation';
import { planLockRemoval } from './pessimistic-removal';
import { SourceEntry } from './source-entry';
import type { Plan, Write } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'break' }>>;

const NOTHING: Write = { compares: [], mutations: [], events: [] };

/** What a source is blocked on. */
interface Blocked {
  readonly lockId: LockId;
  readonly ddls: readonly string[];
}

/**
 * Break one source out of its wait (4-pessimistic.md, *Break*; 8-settled.md): tell it alone to execute or to skip, wait
 * for it, then remove what is left of the lock for it, or the whole lock if that is asked for.
 */
export function planBreak(context: Context): Plan {
  const { state, action, input } = context;
  const entry =
    state.pessimistic.entry(sourceKey(input.task, input.source)) ?? new SourceEntry(input.task, input.source);
  return action.progress?.kind === 'waiting-for-source' ? goOn(context, entry) : start(context, entry);
}

function start(context: Context, entry: SourceEntry): Plan {
  const { state, action, input, nowMs } = context;
  const refusal = wrongMode(context) ?? unknownScope(state, input.task, [input.source]);
  if (refusal !== null) return endAction(context, { failure: refusal });
  const blocked = blockedOn(context, entry);
  // What has begun to be removed is removed, even if the source reports now.
  const hasBegun = removedBy(context)?.lock.unlock?.actionId === action.id;
  if (blocked === null || hasBegun) return refuseIdle(context);
  const held = state.pessimistic.locks.get(blocked.lockId);
  const named = input.removeId === null ? held : state.pessimistic.locks.get(input.removeId);
  if (input.ifIncarnation !== null && named?.lock.origin.incarnation !== input.ifIncarnation) {
    return refuseAction(
      context,
      'LOCK_CHANGED',
      `lock ${input.removeId ?? blocked.lockId} isn't the one of revision ${input.ifIncarnation} any more`,
    );
  }
  const busy = whoIsBusy(context, entry, blocked, held);
  if (busy !== null) return refuseAction(context, 'LOCK_IS_RESOLVING', busy, { lockId: blocked.lockId });
  const mark: BreakRecord = {
    actionId: action.id,
    lockId: blocked.lockId,
    ddls: blocked.ddls,
    exec: input.exec,
    atMs: nowMs,
  };
  const { target } = parseLockId(blocked.lockId);
  const info: Mutation = {
    kind: 'put',
    key: infoKey(entry),
    value: writePessimisticInfo({ task: input.task, source: input.source, target, ddls: blocked.ddls }),
  };
  return writeStep(
    context,
    {
      state: 'running',
      progress: { kind: 'waiting-for-source', lockId: blocked.lockId },
      deadlineMs: nowMs + input.waitMs,
    },
    {
      compares: breakCompares(entry),
      mutations: [
        { kind: 'put', key: markKey(entry), value: writeBreakRecord(mark) },
        breakOperationPut(entry, mark),
        ...(entry.info === null ? [info] : []),
      ],
      events: [breakOrderEvent(state, entry, mark)],
    },
  );
}

function goOn(context: Context, entry: SourceEntry): Plan {
  const { state, input, nowMs } = context;
  const { mark, operation } = entry;
  if (mark === null || mark.actionId !== context.action.id) {
    return finish(context, entry, null, `what was stored of source ${input.source} was removed meanwhile`);
  }
  if (operation?.done === true && isOfMark(entry, operation))
    return finish(
      context,
      entry,
      mark,
      `source ${input.source} has ${mark.exec ? 'executed' : 'skipped'} ${mark.ddls.join('; ')}`,
    );
  const failure = currentFailureOf(state, entry.key, entry.putRevision);
  if (failure?.retryable !== false && nowMs < deadlineOf(context, failure)) return 'wait';
  const message =
    failure?.retryable === false
      ? `source ${input.source} failed: ${failure.reason}`
      : `source ${input.source} has not answered`;
  const expired = failure?.retryable !== false;
  return fail(context, entry, { code: 'PART_OF_WORKERS_FAILED', message, fields: { source: input.source } }, expired);
}

/** The action ends well; with a lock ID to remove that lock goes too. */
function finish(context: Context, entry: SourceEntry, mark: BreakRecord | null, change: string): Write {
  const { state, input, nowMs } = context;
  const removal = removedBy(context);
  const effects = mark === null ? NOTHING : planBreakEnd(state, entry, mark, nowMs, removal);
  return endWith(context, { workers: [{ source: input.source, failure: null }], changes: [change] }, effects);
}

/** The source didn't do it. Its mark stays, so that a late acknowledgement counts, unless its lock is removed anyway. */
function fail(context: Context, entry: SourceEntry, failure: ActionFailure, expired: boolean): Write {
  const goes = removedBy(context)?.lock.origin.id === entry.mark?.lockId;
  const mutations = goes
    ? [markKey(entry), operationKey(entry), infoKey(entry)].map((key): Mutation => ({ kind: 'delete', key }))
    : [];
  return endWith(
    context,
    { failure, workers: [{ source: entry.source, failure }], expired },
    { compares: breakCompares(entry), mutations, events: [] },
  );
}

/** It waits for nothing; a lock that is to be removed goes all the same. */
function refuseIdle(context: Context): Write {
  const { task, source } = context.input;
  const message = `source ${source} is not blocked in task ${task}`;
  return endWith(context, { failure: { code: 'NOT_WAITING', message, fields: { task, source } } }, NOTHING);
}

/** The end of the action with its effects, and with the removal of the lock that is to go; of that perhaps only a part. */
function endWith(
  context: Context,
  outcome: {
    readonly failure?: ActionFailure;
    readonly workers?: readonly ActionWorkerResult[];
    readonly changes?: readonly string[];
    readonly expired?: boolean;
  },
  effects: Write,
): Write {
  const held = removedBy(context);
  if (held === undefined) return endAction(context, outcome, effects);
  const request = { events: [], mutations: [], takesInfos: true, actionId: context.action.id };
  const { write, isLast } = planLockRemoval(context.state, held, request, context.nowMs);
  if (!isLast) return write;
  const changes = [...(outcome.changes ?? []), `lock ${held.lock.origin.id} is removed`];
  return endAction(
    context,
    { ...outcome, changes },
    {
      compares: [...write.compares, ...effects.compares],
      mutations: [...write.mutations, ...effects.mutations],
      events: [...write.events, ...effects.events],
    },
  );
}

function removedBy({ state, input }: Context): HeldLock | undefined {
  return input.removeId === null ? undefined : state.pessimistic.locks.get(input.removeId);
}

function wrongMode({ state, input: { task } }: Context): ActionFailure | null {
  if (state.tasks.get(task)?.mode !== 'optimistic') return null;
  const message = `task ${task} is optimistic: its tables are released by unlock, each by itself`;
  return { code: 'TASK_MODE_CONFLICT', message, fields: { task, mode: 'optimistic' } };
}

/** What the source waits with: its info, else what its worker last said. A DM worker says nothing here. */
function blockedOn({ state, input }: Context, entry: SourceEntry): Blocked | null {
  const { info, infoLockId } = entry;
  if (info !== null && infoLockId !== null) return { lockId: infoLockId, ddls: info.ddls };
  if (state.pessimistic.subtasks.get(input.task)?.has(input.source) === true) return null;
  const status = state.statuses.get(entry.key);
  if (status?.blockingLockId == null || status.blockingDdls.length === 0) return null;
  return { lockId: status.blockingLockId, ddls: status.blockingDdls };
}

/** Why the break must not come in between; null: it may. */
function whoIsBusy(
  { state, input }: Context,
  entry: SourceEntry,
  blocked: Blocked,
  held: HeldLock | undefined,
): string | null {
  const { operation, mark } = entry;
  if (mark !== null && state.actions.get(mark.actionId)?.endedAtMs === null)
    return `source ${input.source} is being broken out already`;
  if (operation !== null && operation.lockId !== blocked.lockId && state.pessimistic.locks.has(operation.lockId)) {
    return `source ${input.source} has an operation of lock ${operation.lockId}, which comes first`;
  }
  const takesPart = held?.lock.participants.get(input.source)?.waiting === true;
  if (takesPart && held.lock.moving && !input.force) return `lock ${blocked.lockId} is still in automatic resolving`;
  return null;
}
