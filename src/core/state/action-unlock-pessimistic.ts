import type { ActionFailure, ActionRecord, ActionWorkerResult } from '../model/action';
import type { SourceId } from '../model/names';
import type { PessimisticUnlock } from '../model/records';
import { quoteTable } from '../model/quote';
import { NO_REVISION } from '../model/revision';
import { sourceKey } from '../model/table-key';
import { parseLockId } from '../model/lock-id';
import { endAction, refuseAction, writeStep } from './action-plan';
import type { ActionContext } from './action-plan';
import { currentFailureOf, deadlineOf } from './action-wait';
import type { HeldLock } from './held-lock';
import { newsOf, ofLock, whole } from './pessimistic-events';
import { unknownScope } from './known-scope';
import { sourcesPerWrite } from './pessimistic-limits';
import { planRecords } from './pessimistic-record';
import { planLockRemoval } from './pessimistic-removal';
import type { Plan, Write } from './write';

type Context = ActionContext<Extract<ActionRecord['input'], { kind: 'unlock-pessimistic' }>>;

/** An unlock's context, and the lock that it works on. */
interface Running {
  readonly context: Context;
  readonly held: HeldLock;
}

/**
 * Unlock a lock by hand (4-pessimistic.md, *Unlock*): as if all sources had reported, the owner or its replacement executes
 * and the others that have reported skip; then the lock goes. While it runs the lock's record says so, and the lock gives
 * out the operations itself; the action waits, decides when the waits are over, and removes the lock with its result.
 */
export function planUnlockPessimistic(context: Context): Plan {
  const { state, action, input } = context;
  const held = state.pessimistic.locks.get(input.lockId);
  const { progress } = action;
  if (progress === null) return held === undefined ? refuseMissing(context) : start({ context, held });
  if (held?.lock.unlock?.actionId !== action.id) {
    return endAction(context, { changes: [`lock ${input.lockId} was removed while it was being unlocked`] });
  }
  return progress.kind === 'waiting-for-owner'
    ? awaitOwner({ context, held }, progress.owner)
    : awaitOthers({ context, held });
}

function start(running: Running): Plan {
  const { context, held } = running;
  const { input, action, nowMs } = context;
  const { lock } = held;
  const { id, incarnation } = lock.origin;
  if (input.ifIncarnation !== null && input.ifIncarnation !== incarnation) {
    return refuseAction(context, 'LOCK_CHANGED', `lock ${id} is a new one, created at revision ${incarnation}`, {
      lockId: id,
    });
  }
  // Its own removal of the lock may have begun.
  const isOwn = lock.unlock?.actionId === action.id;
  if (lock.resolved && !isOwn)
    return refuseAction(context, 'LOCK_IS_RESOLVING', `lock ${id} has been resolved before`, { lockId: id });
  if (lock.unlock !== null && !isOwn)
    return refuseAction(
      context,
      'LOCK_IS_RESOLVING',
      `lock ${id} is being unlocked by action ${lock.unlock.actionId}`,
      { lockId: id },
    );
  const others = input.sources.filter((source) => !lock.names(source));
  const unknown = unknownScope(context.state, lock.origin.task, others);
  if (unknown !== null) return endAction(context, { failure: unknown });
  const owner = input.owner ?? lock.executor ?? lock.owner;
  const ready = lock.active.filter((participant) => participant.ready).map(({ source }) => source);
  if (!ready.includes(owner)) {
    const message = `owner ${owner} is not waiting for lock ${id}; these sources are: ${ready.join(', ') || 'none'}`;
    return refuseAction(context, 'OWNER_NOT_WAITING', message, { lockId: id, owner, waiting: ready });
  }
  const unlock: PessimisticUnlock = {
    actionId: action.id,
    owner,
    sources: input.sources,
    skipAnyway: false,
    removes: false,
  };
  if (lock.executed) return lookAtOthers(running, unlock, null);
  const forced = lock.active.filter((participant) => !participant.ready).map(({ source }) => source);
  const progress = {
    kind: 'waiting-for-owner',
    incarnation,
    owner,
    forced,
    replaced: owner === lock.owner ? null : lock.owner,
  } as const;
  return changeLock(running, unlock, { state: 'running', progress, deadlineMs: nowMs + input.waitMs });
}

function awaitOwner(running: Running, owner: SourceId): Plan {
  const { context, held } = running;
  const { state, input, nowMs } = context;
  const { lock } = held;
  const { unlock } = lock;
  if (unlock === null) return 'void';
  if (lock.executed) return lookAtOthers(running, unlock, null);
  const report = currentFailureOf(
    state,
    sourceKey(lock.origin.task, owner),
    lock.participants.get(owner)?.orderRevision ?? NO_REVISION,
  );
  if (report?.retryable !== false && nowMs < deadlineOf(context, report)) return 'wait';
  const reason = report?.retryable === false ? `: ${report.reason}` : '';
  const failure: ActionFailure = {
    code: 'OWNER_NOT_DONE',
    message: `owner ${owner} of lock ${lock.origin.id} has not executed the DDLs${reason}`,
    fields: { lockId: lock.origin.id, owner },
  };
  if (input.forceRemove) return lookAtOthers(running, { ...unlock, skipAnyway: true }, failure);
  const expired = report?.retryable !== false;
  const write = endAction(context, { failure, workers: [{ source: owner, failure }], expired });
  return withLock(running, null, write);
}

/** The owner is through with it: wait for the others, or, if nobody has to be waited for, finish. */
function lookAtOthers(running: Running, unlock: PessimisticUnlock, ownerFailure: ActionFailure | null): Plan {
  const { context, held } = running;
  const { input, nowMs } = context;
  const { lock } = held;
  const others = lock.active
    .filter(
      ({ source, ready }) =>
        ready && source !== unlock.owner && (unlock.sources.length === 0 || unlock.sources.includes(source)),
    )
    .map(({ source }) => source);
  // A replacement that needn't execute, since somebody has already, skips like the others (deviation P12).
  const replaced = lock.executed && lock.participants.get(unlock.owner)?.done === false ? [unlock.owner] : [];
  const progress = {
    kind: 'waiting-for-others',
    incarnation: lock.origin.incarnation,
    owner: unlock.owner,
    others: [...replaced, ...others],
    ownerFailure,
  } as const;
  const pending = progress.others.some((source) => isOpen(held, source));
  if (!pending) return finish(running, unlock.owner, progress.others, ownerFailure);
  return changeLock(running, unlock, { state: 'running', progress, deadlineMs: nowMs + input.waitMs });
}

function awaitOthers(running: Running): Plan {
  const { context, held } = running;
  const { progress } = context.action;
  if (progress?.kind !== 'waiting-for-others') return 'void';
  const { state, nowMs } = context;
  const { lock } = held;
  const awaited = setOf(progress.others);
  // What has begun to be removed is waited for no more, whatever this server's clock says.
  for (const source of lock.unlock?.removes === true ? [] : openSources(held)) {
    if (!awaited.has(source)) continue;
    const { orderRevision } = lock.participants.get(source) ?? { orderRevision: NO_REVISION };
    const report = currentFailureOf(state, sourceKey(lock.origin.task, source), orderRevision);
    if (report?.retryable !== false && nowMs < deadlineOf(context, report)) return 'wait';
  }
  return finish(running, progress.owner, progress.others, progress.ownerFailure);
}

/** Who may have something to do; one that was left out is waited for like the others that were told. */
function* openSources(held: HeldLock): Generator<SourceId> {
  yield* held.lock.open();
  for (const source of held.lock.excluded) if (isOpen(held, source)) yield source;
}

/** The sets of lists that are looked into with every acknowledgement. */
const SETS = new WeakMap<readonly SourceId[], ReadonlySet<SourceId>>();

function setOf(sources: readonly SourceId[]): ReadonlySet<SourceId> {
  const known = SETS.get(sources) ?? new Set(sources);
  SETS.set(sources, known);
  return known;
}

/** Remove the lock with its infos and operations, whoever hasn't answered, and say who that was (deviation P13). */
function finish(
  { context, held }: Running,
  owner: SourceId,
  others: readonly SourceId[],
  ownerFailure: ActionFailure | null,
): Write {
  const { state, action, nowMs } = context;
  const { lock } = held;
  const { id } = lock.origin;
  const request = { events: [], mutations: [], takesInfos: true, actionId: action.id };
  const { write, isLast } = planLockRemoval(state, held, request, nowMs);
  if (!isLast) return write;
  const results = others.map((source): ActionWorkerResult => ({ source, failure: failureOf(context, held, source) }));
  const silent = results.filter(({ failure }) => failure !== null).map(({ source }) => source);
  const workers = others.includes(owner) ? results : [{ source: owner, failure: ownerFailure }, ...results];
  const failure: ActionFailure = {
    code: 'PART_OF_WORKERS_FAILED',
    message: `lock ${id} is removed, but these sources have not skipped its DDLs: ${silent.join(', ')}`,
    fields: { lockId: id, sources: silent },
  };
  const executed = lock.executed
    ? `${owner} has executed ${lock.origin.ddls.join('; ')}`
    : `${owner} has not executed ${lock.origin.ddls.join('; ')}`;
  const expired = silent.some((source) => hasNotEnded(context, held, source));
  const failed = silent.length > 0 ? { failure, expired } : {};
  const outcome = { workers, changes: [executed, `lock ${id} is removed`], ...failed };
  const unlocked = {
    ...ofLock(lock),
    kind: 'LockUnlocked',
    actionId: action.id,
    participants: [owner, ...others.filter((source) => source !== owner)].map(whole),
  } as const;
  return endAction(context, outcome, { ...write, events: [...write.events, unlocked] });
}

/** Whether `source` still has something to do; also if it has reported again after its part. */
function isOpen({ lock }: HeldLock, source: SourceId): boolean {
  const participant = lock.participants.get(source);
  return participant !== undefined && (!participant.done || participant.isAsking);
}

/** Whether `source` was waited for until the deadline: it hasn't said that it failed for good. */
function hasNotEnded({ state }: Context, { lock }: HeldLock, source: SourceId): boolean {
  const { orderRevision } = lock.participants.get(source) ?? { orderRevision: NO_REVISION };
  return currentFailureOf(state, sourceKey(lock.origin.task, source), orderRevision)?.retryable !== false;
}

function failureOf({ state }: Context, { lock }: HeldLock, source: SourceId): ActionFailure | null {
  const participant = lock.participants.get(source);
  if (participant === undefined || participant.done) return null;
  const report = currentFailureOf(state, sourceKey(lock.origin.task, source), participant.orderRevision);
  const isFailed = report !== null && !report.isWorking;
  const silent = `source ${source} ${report === null ? 'has not answered' : 'is still working'}`;
  const message = isFailed ? `source ${source} failed: ${report.reason}` : silent;
  return { code: 'PART_OF_WORKERS_FAILED', message, fields: { source } };
}

/** There is no lock; perhaps one is forming within a source. */
function refuseMissing(context: Context): Write {
  const { state, input } = context;
  const { task, target } = parseLockId(input.lockId);
  for (const [key, status] of state.statuses) {
    const session = state.sessions.get(key);
    const group =
      session?.task === task
        ? status.formingGroups.find(
            ({ target: other }) => other.schema === target.schema && other.table === target.table,
          )
        : undefined;
    if (session === undefined || group === undefined) continue;
    const missing = group.unsynced.map(({ schema, table }) => `${session.source} ${quoteTable(schema, table)}`);
    return refuseAction(
      context,
      'LOCK_STILL_FORMING',
      `lock ${input.lockId} is still forming; these shards are missing: ${missing.join(', ')}`,
      { lockId: input.lockId, missing },
    );
  }
  return refuseAction(context, 'LOCK_NOT_FOUND', `there is no lock ${input.lockId}`, { lockId: input.lockId });
}

/** A step of the action that changes the unlock of its lock. */
function changeLock(running: Running, unlock: PessimisticUnlock, change: Partial<ActionRecord>): Write {
  return withLock(running, unlock, writeStep(running.context, change, {}));
}

function withLock({ context, held }: Running, unlock: PessimisticUnlock | null, write: Write): Write {
  const { state, nowMs } = context;
  const records = planRecords(state, held, { news: newsOf(held, sourcesPerWrite(state)), unlock }, nowMs);
  return {
    compares: [...write.compares, ...records.compares],
    mutations: [...write.mutations, ...records.mutations],
    events: [...records.events, ...write.events],
  };
}
