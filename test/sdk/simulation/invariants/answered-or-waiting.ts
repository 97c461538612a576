import { waitReasonsOfLock } from '../../../../src/core/diagnosis/diagnose';
import type { LockId } from '../../../../src/core/model/lock-id';
import type { CoordinatorState } from '../../../../src/core/state/coordinator-state';
import type { Invariant, Step } from './invariant';

/** Every info that is stored is answered by an operation, or stands in a lock that says for what it waits. */
export class AnsweredOrWaiting implements Invariant {
  readonly name = 'every info is answered, or waits visibly';

  after({ state }: Step): string[] {
    return [...unansweredTables(state), ...unansweredSources(state)];
  }
}

function unansweredTables(state: CoordinatorState): string[] {
  return [...state.tables.values()].flatMap(({ key, info, infoRevision, operationRevision, isAnswered, target }) => {
    // Of a table that has left, what is stored is only to be deleted.
    if (info === null || operationRevision > infoRevision) return [];
    if (target === null) return [`nobody knows what the info of ${key} is for`];
    if (isAnswered && state.outbox.has({ kind: 'remove-optimistic-lock', lockId: target.lockId })) return [];
    return waitsVisibly(state, target.lockId) ? [] : [`the info of ${key} isn't answered`];
  });
}

function unansweredSources(state: CoordinatorState): string[] {
  return [...state.pessimistic.entries].flatMap(({ key, infoLockId, operation, operationRevision, infoRevision }) => {
    if (infoLockId === null) return [];
    const isOrdered = operation?.lockId === infoLockId && operationRevision > infoRevision;
    return isOrdered || waitsVisibly(state, infoLockId) ? [] : [`the info of ${key} isn't answered`];
  });
}

function waitsVisibly(state: CoordinatorState, lockId: LockId): boolean {
  return waitReasonsOfLock(state, lockId, 1).length > 0;
}
