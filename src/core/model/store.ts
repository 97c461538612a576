import type { Brand } from './brand';
import { LockstepError } from './error';
import type { Revision } from './revision';

/** One key of the store with its value, as etcd describes it. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** 1 at the first put after creation or deletion, +1 with every put. */
  readonly version: number;
  /** The revision of the first put after creation or deletion. */
  readonly createRevision: Revision;
  /** The revision of the last put. */
  readonly modRevision: Revision;
}

/** One key's change. */
export type Change =
  | ({ readonly kind: 'put' } & KeyValue)
  | { readonly kind: 'delete'; readonly key: string; readonly modRevision: Revision };

/** All changes of one revision; one transaction makes one. */
export interface Batch {
  readonly revision: Revision;
  readonly changes: readonly Change[];
}

/** A lease of the store: keys put with it go when it isn't renewed. */
export type LeaseId = Brand<string, 'LeaseId'>;

/** A lease from the text of its ID, as the store gave it. @throws LockstepError INVALID_INPUT if it is empty */
export function parseLeaseId(value: string): LeaseId {
  if (value === '') throw new LockstepError('INVALID_INPUT', 'a lease ID is empty', { field: 'lease' });
  return value as LeaseId;
}

/** A condition of a transaction. An absent key has version, create and mod revision 0. */
export type Compare =
  | { readonly kind: 'value'; readonly key: string; readonly operator: '=' | '!='; readonly value: string }
  | {
      readonly kind: 'version' | 'createRevision' | 'modRevision';
      readonly key: string;
      readonly operator: '=' | '!=' | '<' | '>';
      readonly value: number;
    }
  /** No key begins with `prefix`. */
  | { readonly kind: 'absent'; readonly prefix: string };

/** A write of a transaction. */
export type Mutation =
  | { readonly kind: 'put'; readonly key: string; readonly value: string; readonly lease?: LeaseId }
  | { readonly kind: 'delete'; readonly key: string }
  /** Every key that begins with `prefix`. */
  | { readonly kind: 'delete-prefix'; readonly prefix: string };

/** How full a store's database is, in bytes. */
export interface StoreUsage {
  readonly bytes: number;
  /** Beyond it the store takes no more writes. */
  readonly quotaBytes: number;
}

/** Whether a key begins with one of the prefixes. */
export function isUnder(key: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => key.startsWith(prefix));
}
