import type { KeyValue, LeaseId } from '../../core/model/store';

/** What a store of our own keeps of a key beside its value: all that most compares ask for. */
export interface KeyHead extends Omit<KeyValue, 'value'> {
  /** The lease whose end deletes the key, or null. */
  readonly lease: LeaseId | null;
}

/** A key as a store of our own keeps it. */
export interface StoredKey extends KeyHead, KeyValue {}

/** The key as it is shown. */
export function showKey({ key, value, version, createRevision, modRevision }: StoredKey): KeyValue {
  return { key, value, version, createRevision, modRevision };
}
