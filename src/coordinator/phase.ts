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
