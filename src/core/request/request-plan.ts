import { LockstepError } from '../model/error';
import type { ErrorFields } from '../model/error';
import type { ErrorCode } from '../model/error-catalogue';
import type { Revision } from '../model/revision';
import type { Compare, Mutation } from '../model/store';
import type { CoordinatorState } from '../state/coordinator-state';
import { compareAsSeen, requireReadable } from '../state/unreadable';

/**
 * What a request comes to, as the state is now. A write holds only while the keys that it was planned on haven't changed:
 * if a compare fails, the server takes in what came meanwhile and plans again.
 */
export type RequestPlan<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'refuse'; readonly error: LockstepError }
  | {
      readonly kind: 'write';
      readonly compares: readonly Compare[];
      readonly mutations: readonly Mutation[];
      /** The answer, given the revision of the write. */
      readonly answer: (revision: Revision) => T;
    };

/** A plan that writes nothing. */
export function answer<T>(value: T): RequestPlan<T> {
  return { kind: 'answer', value };
}

/** A plan that refuses the request. */
export function refuse(
  code: ErrorCode,
  message: string,
  fields: ErrorFields = {},
): { readonly kind: 'refuse'; readonly error: LockstepError } {
  return { kind: 'refuse', error: new LockstepError(code, message, fields) };
}

/**
 * What `plan` gives on the state; a LockstepError that it throws, from a door, refuses the request, and so does a record that
 * it would write over though a newer program wrote it.
 */
export function planSafely<T>(
  state: CoordinatorState,
  plan: (state: CoordinatorState) => RequestPlan<T>,
): RequestPlan<T> {
  try {
    const planned = plan(state);
    if (planned.kind !== 'write') return planned;
    for (const { key } of planned.mutations.filter(isPut)) if (state.newerRecords.has(key)) requireReadable(state, key);
    return { ...planned, compares: compareAsSeen(state, planned.compares) };
  } catch (error) {
    if (error instanceof LockstepError) return { kind: 'refuse', error };
    throw error;
  }
}

function isPut(mutation: Mutation): mutation is Extract<Mutation, { kind: 'put' }> {
  return mutation.kind === 'put';
}
