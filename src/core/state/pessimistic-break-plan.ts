import { NO_REVISION } from '../model/revision';
import type { BreakRecord } from '../model/records';
import type { LockEvent } from '../model/lock-event';
import { formatLockId } from '../model/lock-id';
import type { Compare, Mutation } from '../model/store';
import { sameDdls } from '../pessimistic/ddl-lists';
import { formatDmKey } from '../wire/dm-keys';
import { formatLockstepKey } from '../wire/lockstep-keys';
import { writePessimisticOperation } from '../wire/pessimistic-operation';
import type { CoordinatorState } from './coordinator-state';
import { isOfMark } from './pessimistic-operation';
import type { HeldLock } from './held-lock';
import { newsOfSource, whole } from './pessimistic-events';
import { planRecords } from './pessimistic-record';
import type { SourceEntry } from './source-entry';
import type { Plan, Write } from './write';

/** What is owed to a source that is broken out; while the action of its break runs, that looks after the end. */
export function planBrokenSource(state: CoordinatorState, entry: SourceEntry, mark: BreakRecord, nowMs: number): Plan {
  const { info, infoRevision, operation, operationRevision } = entry;
  const isRunning = state.actions.get(mark.actionId)?.endedAtMs === null;
  if (operation?.done === true && isOfMark(entry, operation))
    return isRunning ? 'wait' : planBreakEnd(state, entry, mark, nowMs);
  // A source that waits for something else now isn't broken out any more.
  if (info !== null && !isInfoOfMark(entry, mark)) return withdrawBreak(entry, mark);
  // Of the same revision is the info that the break itself put.
  const isTold = operation !== null && isOfMark(entry, operation) && operationRevision >= infoRevision;
  if (isTold) return 'idle';
  return {
    compares: breakCompares(entry),
    mutations: [breakOperationPut(entry, mark)],
    events: [breakOrderEvent(state, entry, mark)],
  };
}

/**
 * The source has done what it was told: its mark and operation go, and its lock is told.
 * @param removed a lock that the same write removes
 */
export function planBreakEnd(
  state: CoordinatorState,
  entry: SourceEntry,
  mark: BreakRecord,
  nowMs: number,
  removed?: HeldLock,
): Write {
  const held = state.pessimistic.locks.get(mark.lockId);
  const isMember = held !== removed && held?.lock.participants.has(entry.source) === true;
  // With the operation goes what tells that its part is done, so that must be recorded.
  const records = isMember
    ? planRecords(state, held, { news: newsOfSource(held, entry.source) }, nowMs)
    : { compares: [], mutations: [], events: [] };
  return {
    compares: [...breakCompares(entry), ...records.compares],
    mutations: [
      { kind: 'delete', key: markKey(entry) },
      { kind: 'delete', key: operationKey(entry) },
      ...records.mutations,
    ],
    events: [...records.events, brokenEvent(state, entry, mark)],
  };
}

/** The compares that nothing of the source has changed. */
export function breakCompares(entry: SourceEntry): Compare[] {
  return [
    { kind: 'modRevision', key: markKey(entry), operator: '=', value: entry.markRevision },
    { kind: 'modRevision', key: operationKey(entry), operator: '=', value: entry.operationRevision },
    { kind: 'modRevision', key: infoKey(entry), operator: '=', value: entry.infoRevision },
  ];
}

/** The put of the operation by which a source is broken out. */
export function breakOperationPut(entry: SourceEntry, { lockId, ddls, exec }: BreakRecord): Mutation {
  const { task, source } = entry;
  return {
    kind: 'put',
    key: operationKey(entry),
    value: writePessimisticOperation({ lockId, task, source, ddls, exec, done: false }),
  };
}

/** The event that goes with that put. */
export function breakOrderEvent(
  state: CoordinatorState,
  { task, source }: SourceEntry,
  { lockId, ddls, exec }: BreakRecord,
): LockEvent {
  return {
    kind: 'OperationPut',
    task,
    lockId,
    incarnation: state.pessimistic.locks.get(lockId)?.lock.origin.incarnation ?? NO_REVISION,
    mode: 'pessimistic',
    participant: whole(source),
    ddls,
    exec,
    stage: null,
    message: '',
  };
}

/** The event that a source was broken out. */
function brokenEvent(state: CoordinatorState, entry: SourceEntry, mark: BreakRecord): LockEvent {
  const { lockId, actionId, exec } = mark;
  const incarnation = state.pessimistic.locks.get(lockId)?.lock.origin.incarnation ?? NO_REVISION;
  return {
    kind: 'LockBroken',
    task: entry.task,
    lockId,
    incarnation,
    mode: 'pessimistic',
    actionId,
    participant: whole(entry.source),
    exec,
  };
}

/** The key of a source's mark. */
export function markKey({ task, source }: SourceEntry): string {
  return formatLockstepKey({ kind: 'break', task, source });
}

/** The key of a source's operation. */
export function operationKey({ task, source }: SourceEntry): string {
  return formatDmKey({ kind: 'pessimistic-operation', task, source });
}

/** The key of a source's info. */
export function infoKey({ task, source }: SourceEntry): string {
  return formatDmKey({ kind: 'pessimistic-info', task, source });
}

function isInfoOfMark({ info, task }: SourceEntry, { lockId, ddls }: BreakRecord): boolean {
  return info !== null && formatLockId(task, info.target) === lockId && sameDdls(info.ddls, ddls);
}

function withdrawBreak(entry: SourceEntry, mark: BreakRecord): Write {
  const { operation } = entry;
  const isOurs = operation !== null && operation.lockId === mark.lockId && isOfMark(entry, operation);
  const operationDelete: Mutation[] = isOurs ? [{ kind: 'delete', key: operationKey(entry) }] : [];
  return {
    compares: breakCompares(entry),
    mutations: [{ kind: 'delete', key: markKey(entry) }, ...operationDelete],
    events: [],
  };
}
