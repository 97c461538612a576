import {
  ClientClosedError,
  EtcdLeaseInvalidError,
  GRPCCancelledError,
  GRPCDeadlineExceededError,
  GRPCInternalError,
  GRPCUnauthenticatedError,
  GRPCUnavailableError,
  GRPCUnknownError,
} from 'etcd3';
import { LockstepError } from '../../core/model/error';
import type { ErrorCode } from '../../core/model/error-catalogue';

/** What a failed call tells. */
export interface CallFailure {
  /**
   * `refused`: etcd's own word, it stands. `unsent`: certainly not carried out. `lost`: nobody knows whether it was. After
   * the last two another connection may do better.
   */
  readonly kind: 'refused' | 'unsent' | 'lost';
  readonly error: LockstepError;
}

/** What etcd refuses, by words of its messages, which all versions from 3.4 on share. */
const REFUSALS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/has been compacted/u, 'STORE_COMPACTED'],
  [/requested lease not found/u, 'LEASE_ENDED'],
  [/duplicate key given|future revision|too many operations|request is too large/u, 'INVALID_INPUT'],
];

/** Nothing has left this process, or etcd said before doing anything that it doesn't know us any more. */
const UNSENT = /No connection established|Name resolution failed|invalid auth token|auth store is old/u;

/** Failures of the way to etcd, or of the member at its end. */
const BROKEN = [
  ClientClosedError,
  GRPCCancelledError,
  GRPCDeadlineExceededError,
  GRPCInternalError,
  GRPCUnauthenticatedError,
  GRPCUnavailableError,
  GRPCUnknownError,
];

/** What went wrong, as the port names it; a defect of our own is thrown on. */
export function explainFailure(error: unknown): CallFailure {
  if (error instanceof LockstepError) return { kind: error.code === 'STORE_UNAVAILABLE' ? 'lost' : 'refused', error };
  if (!(error instanceof Error)) throw error;
  const { message } = error;
  if (error instanceof EtcdLeaseInvalidError) return { kind: 'refused', error: leaseEnded() };
  const refusal = REFUSALS.find(([words]) => words.test(message));
  if (refusal !== undefined) return { kind: 'refused', error: new LockstepError(refusal[1], message) };
  const told = unavailable(message);
  if (UNSENT.test(message)) return { kind: 'unsent', error: told };
  return { kind: BROKEN.some((broken) => error instanceof broken) ? 'lost' : 'refused', error: told };
}

/** etcd can't be used now. */
export function unavailable(reason: string): LockstepError {
  return new LockstepError('STORE_UNAVAILABLE', `etcd: ${reason}`);
}

/** The lease isn't there. */
export function leaseEnded(): LockstepError {
  return new LockstepError('LEASE_ENDED', 'the lease has ended or was never granted');
}
