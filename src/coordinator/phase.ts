import type { Leadership } from './election';
import type { WriteQueue } from './write-queue';

/** Why a server doesn't lead. Only beside another server of ours can requests be served. */
export type FollowingReason =
  /** Another server leads, or soon one will. */
  | { readonly kind: 'election'; readonly message: string }
  /** This server must not write. */
  | { readonly kind: 'forbidden'; readonly message: string };

/** What a coordinator is doing. */
export type Phase =
  /** Reading what is stored. */
  | { readonly kind: 'recovering' }
  /** Deciding and writing. */
  | { readonly kind: 'leading'; readonly queue: WriteQueue; readonly leadership: Leadership }
  /** Reading along; another server leads, or nobody. */
  | { readonly kind: 'following'; readonly reason: FollowingReason }
  /** Finishing what is under way. */
  | { readonly kind: 'draining' }
  | { readonly kind: 'stopped' };

/** It follows because of who was elected. */
export function inElection(message: string): FollowingReason {
  return { kind: 'election', message };
}

/** Why requests can't be served in a phase; nothing if they can. */
export function whyNotServing(phase: Phase): readonly string[] {
  if (phase.kind === 'leading') return [];
  if (phase.kind !== 'following') return [`the coordinator is ${phase.kind}`];
  return phase.reason.kind === 'election' ? [] : [`the coordinator is following: ${phase.reason.message}`];
}
