import type { Identity } from '../../core/model/identity';

/** What somebody has asked for that isn't over. */
export interface OpenRequests {
  readonly count: number;
  readonly bytes: number;
}

const NONE: OpenRequests = { count: 0, bytes: 0 };

/**
 * The requests of each identity that aren't over, on all its connections: what is bounded on one connection alone comes to
 * any amount on many. All for whom a router speaks are one with it, since it may name whom it likes.
 */
export class IdentityRequests {
  readonly #open = new Map<string, OpenRequests>();

  of(identity: Identity): OpenRequests {
    return this.#open.get(ownerOf(identity)) ?? NONE;
  }

  /** A request has begun. @returns to be called once, when it is over */
  begin(identity: Identity, bytes: number): () => void {
    const owner = ownerOf(identity);
    this.#add(owner, 1, bytes);
    return () => this.#add(owner, -1, -bytes);
  }

  #add(owner: string, count: number, bytes: number): void {
    const before = this.#open.get(owner) ?? NONE;
    if (before.count + count === 0) this.#open.delete(owner);
    else this.#open.set(owner, { count: before.count + count, bytes: before.bytes + bytes });
  }
}

/** Whose token it is that was shown. */
function ownerOf({ actor, via }: Identity): string {
  return via ?? actor;
}
