import type { LockId } from '../model/lock-id';
import type { SourceId } from '../model/names';
import type { PessimisticLock } from './lock';

/** Why a pessimistic lock stands still. */
export type WaitReason =
  /** Nobody has said which sources the task has, so nobody is told to execute alone. */
  | { readonly kind: 'sources-not-declared' }
  | { readonly kind: 'not-reported'; readonly source: SourceId }
  /** The source reported other DDLs than the lock's. */
  | { readonly kind: 'ddls-differ'; readonly source: SourceId; readonly ddls: readonly string[] }
  | { readonly kind: 'executing' | 'skipping'; readonly source: SourceId }
  /** The source's operation of another lock comes first (deviation P6). */
  | { readonly kind: 'other-lock'; readonly source: SourceId; readonly lockId: LockId };

/**
 * For whom and for what `lock` waits; empty: for nothing but the coordinator itself.
 * @param otherLockOf the other lock whose operation a source has, null if none
 */
export function waitReasonsOf(lock: PessimisticLock, otherLockOf: (source: SourceId) => LockId | null): WaitReason[] {
  if (!lock.moving) {
    const undeclared: WaitReason[] = lock.declared ? [] : [{ kind: 'sources-not-declared' }];
    return [...undeclared, ...lock.active.filter(({ ready }) => !ready).map(({ source }) => missing(lock, source))];
  }
  return lock.dueOrders.map(({ source, order }): WaitReason => {
    const lockId = otherLockOf(source);
    if (lockId !== null) return { kind: 'other-lock', source, lockId };
    return { kind: order === 'exec' ? 'executing' : 'skipping', source };
  });
}

function missing(lock: PessimisticLock, source: SourceId): WaitReason {
  const conflict = lock.conflicts.get(source);
  return conflict === undefined
    ? { kind: 'not-reported', source }
    : { kind: 'ddls-differ', source, ddls: conflict.ddls };
}
