import type { Revision } from '../core/model/revision';
import type { WriteQueue } from './write-queue';

/** What a coordinator is doing. */
export type Phase =
  /** Reading what is stored. */
  | { readonly kind: 'recovering' }
  /** Deciding and writing. */
  | { readonly kind: 'leading'; readonly queue: WriteQueue; readonly leaderRevision: Revision }
  /** Reading along; another server leads, or nobody. */
  | { readonly kind: 'following'; readonly reason: string }
  /** Finishing what is under way. */
  | { readonly kind: 'draining' }
  | { readonly kind: 'stopped' };
