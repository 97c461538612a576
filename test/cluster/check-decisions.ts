import { expect } from '@jest/globals';
import type { Change } from '../../src/core/model/store';
import { dmKeyKind } from '../../src/core/wire/dm-keys';
import { decodeOptimisticOperation } from '../../src/core/wire/optimistic-operation';
import { decodePessimisticOperation } from '../../src/core/wire/pessimistic-operation';
import { JOURNAL_PREFIX, LOCKSTEP_LEADER_KEY, parseLockstepKey } from '../../src/core/wire/lockstep-keys';
import type { StoredStream } from '../end-to-end/stored-stream';

/**
 * Decisions are written only while somebody leads, and each leader begins when the one before is gone (invariant 6).
 * @returns how often somebody began to lead
 */
export function checkLeaders({ batches }: StoredStream): number {
  let leads = false;
  let leaders = 0;
  for (const { changes } of batches) {
    const decides = changes.some(({ kind, key }) => kind === 'put' && key.startsWith(JOURNAL_PREFIX));
    expect([decides, leads]).not.toEqual([true, false]);
    for (const { kind, key } of changes) {
      if (key !== LOCKSTEP_LEADER_KEY) continue;
      expect(kind).toBe(leads ? 'delete' : 'put');
      leads = kind === 'put';
      if (leads) leaders += 1;
    }
  }
  return leaders;
}

/** A pessimistic lock as its operations show it. */
interface SeenLock {
  executor: string | null;
  isExecuted: boolean;
}

/** Of each pessimistic lock one source executes, and nobody is told to skip before it has (invariant 1). */
export function checkExecutedOnce({ batches }: StoredStream): void {
  const locks = new Map<string, SeenLock>();
  for (const { changes } of batches) {
    for (const change of changes) {
      if (change.kind === 'delete') {
        const key = change.key.startsWith('/lockstep/lock/') ? parseLockstepKey(change.key) : null;
        if (key?.kind === 'lock') locks.delete(key.lockId);
      } else if (dmKeyKind(change.key) === 'pessimistic-operation') {
        checkOperation(locks, change);
      }
    }
  }
}

function checkOperation(locks: Map<string, SeenLock>, change: Extract<Change, { kind: 'put' }>): void {
  const { id, source, exec, done } = decodePessimisticOperation(change.value);
  const lock = locks.get(id) ?? { executor: null, isExecuted: false };
  locks.set(id, lock);
  const where = { revision: change.modRevision, id, source };
  if (exec) {
    expect({ ...where, executor: lock.executor ?? source }).toEqual({ ...where, executor: source });
    lock.executor = source;
    if (done) lock.isExecuted = true;
  } else {
    expect({ ...where, isExecuted: lock.isExecuted }).toEqual({ ...where, isExecuted: true });
  }
}

/**
 * The coordinator deletes an info only after its operation is done, so a newer one outlives its lock (invariant 8); in
 * pessimistic mode workers delete theirs themselves.
 */
export function checkRemovals({ batches }: StoredStream): void {
  const infos = new Map<string, number>();
  const operations = new Map<string, { readonly revision: number; readonly isDone: boolean }>();
  for (const { changes, revision } of batches) {
    for (const change of changes) {
      const kind = dmKeyKind(change.key);
      if (kind === 'optimistic-info') {
        if (change.kind === 'put') {
          infos.set(change.key, revision);
          continue;
        }
        const operation = operations.get(change.key.replace('/info/', '/operation/'));
        const isOver = operation?.isDone === true && operation.revision > (infos.get(change.key) ?? Infinity);
        expect({ revision, key: change.key, isOver }).toEqual({ revision, key: change.key, isOver: true });
      }
    }
    for (const change of changes)
      if (change.kind === 'put' && dmKeyKind(change.key) === 'optimistic-operation')
        operations.set(change.key, { revision, isDone: decodeOptimisticOperation(change.value).done });
  }
}
