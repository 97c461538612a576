import { LockstepError } from '../../core/model/error';
import { unreachable } from '../../core/model/invariant';
import type { Revision } from '../../core/model/revision';
import type { Compare, LeaseId, Mutation } from '../../core/model/store';
import type { Transaction } from '../../ports/store';
import type { KeyHead, StoredKey } from './stored-key';

/** The keys before a transaction. `Before` is as much of a key as the store wants to know of what is replaced. */
export interface KeyView<Before extends KeyHead> {
  get(key: string): StoredKey | null;
  /** A key of which the value isn't asked for. */
  head(key: string): Before | null;
  /** The keys that begin with `prefix`, in order. */
  withPrefix(prefix: string): Iterable<Before>;
  /** Whether no key begins with `prefix`. */
  isEmpty(prefix: string): boolean;
  hasLease(lease: LeaseId): boolean;
}

/** One key's change, with what it replaces. */
export type KeyChange<Before extends KeyHead = KeyHead> =
  | { readonly kind: 'put'; readonly before: Before | null; readonly after: StoredKey }
  | { readonly kind: 'delete'; readonly before: Before };

/** What a transaction is going to do. */
export interface TransactionPlan<Before extends KeyHead> {
  readonly succeeded: boolean;
  /** In the order of the mutations; each key once. If there are none, no revision is made. */
  readonly changes: readonly KeyChange<Before>[];
}

/**
 * Evaluate a checked transaction (`checkTransaction`) over the keys before it. Because a branch changes no key twice,
 * every mutation can be planned over the same view.
 * @param revision the revision that the transaction makes if it changes something
 * @throws LockstepError LEASE_ENDED if it puts a key with a lease that isn't there
 */
export function planTransaction<Before extends KeyHead>(
  view: KeyView<Before>,
  transaction: Transaction,
  revision: Revision,
): TransactionPlan<Before> {
  const succeeded = transaction.compares.every((compare) => holds(view, compare));
  const mutations = succeeded ? transaction.then : (transaction.otherwise ?? []);
  const changes = new Map<string, KeyChange<Before>>();
  for (const mutation of mutations) {
    for (const change of planMutation(view, mutation, revision)) {
      const { key } = change.kind === 'put' ? change.after : change.before;
      if (!changes.has(key)) changes.set(key, change);
    }
  }
  return { succeeded, changes: [...changes.values()] };
}

function* planMutation<Before extends KeyHead>(
  view: KeyView<Before>,
  mutation: Mutation,
  revision: Revision,
): Generator<KeyChange<Before>> {
  switch (mutation.kind) {
    case 'put':
      yield planPut(view, mutation, revision);
      return;
    case 'delete': {
      const before = view.head(mutation.key);
      if (before !== null) yield { kind: 'delete', before };
      return;
    }
    case 'delete-prefix':
      for (const before of view.withPrefix(mutation.prefix)) yield { kind: 'delete', before };
      return;
    default:
      unreachable(mutation);
  }
}

function planPut<Before extends KeyHead>(
  view: KeyView<Before>,
  put: Mutation & { kind: 'put' },
  revision: Revision,
): KeyChange<Before> {
  if (put.lease !== undefined && !view.hasLease(put.lease)) throw leaseEnded(put.lease);
  const before = view.head(put.key);
  const after: StoredKey = {
    key: put.key,
    value: put.value,
    version: (before?.version ?? 0) + 1,
    createRevision: before?.createRevision ?? revision,
    modRevision: revision,
    lease: put.lease ?? null,
  };
  return { kind: 'put', before, after };
}

function holds(view: KeyView<KeyHead>, compare: Compare): boolean {
  switch (compare.kind) {
    case 'absent':
      return view.isEmpty(compare.prefix);
    case 'value': {
      // As in etcd, an absent key has no value, so no compare of it holds, not even `!=`.
      const stored = view.get(compare.key);
      return stored !== null && (stored.value === compare.value) === (compare.operator === '=');
    }
    case 'version':
    case 'createRevision':
    case 'modRevision':
      return relates(view.head(compare.key)?.[compare.kind] ?? 0, compare.operator, compare.value);
    default:
      return unreachable(compare);
  }
}

function relates(actual: number, operator: '=' | '!=' | '<' | '>', value: number): boolean {
  switch (operator) {
    case '=':
      return actual === value;
    case '!=':
      return actual !== value;
    case '<':
      return actual < value;
    case '>':
      return actual > value;
    default:
      return unreachable(operator);
  }
}

/** The error for a lease that isn't there. */
export function leaseEnded(lease: LeaseId): LockstepError {
  return new LockstepError('LEASE_ENDED', `lease ${lease} has ended or was never granted`, { lease });
}
