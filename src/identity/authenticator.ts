import type { Identity } from '../core/model/identity';
import type { Credentials } from './credentials';

/** Says who a client is. */
export interface Authenticator {
  /** @throws LockstepError UNAUTHENTICATED, without a word of what was sent */
  authenticate(credentials: Credentials): Promise<Identity>;
  /** Let go of timers. */
  close(): void;
}

/** A way to know the owner of a token. */
export interface TokenVerifier {
  /** Null: it isn't a token of this kind, or nobody's. */
  verify(token: string): Promise<VerifiedToken | null>;
  close(): void;
}

/** The owner of a token. */
export interface VerifiedToken {
  readonly identity: Identity;
  /** Whether he may speak for others, as routers do. */
  readonly actAs: boolean;
}
