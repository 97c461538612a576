import type { KeyValue, LeaseId } from '../../core/model/store';

/** A key as a store of our own keeps it. */
export interface StoredKey extends KeyValue {
  /** The lease whose end deletes the key, or null. */
  readonly lease: LeaseId | null;
}

/** The key as it is shown. */
export function showKey({ key, value, version, createRevision, modRevision }: StoredKey): KeyValue {
  return { key, value, version, createRevision, modRevision };
}
