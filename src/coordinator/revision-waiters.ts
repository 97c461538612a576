import { LockstepError } from '../core/model/error';
import type { Revision } from '../core/model/revision';
import type { Clock } from '../ports/clock';

interface Waiter {
  readonly revision: Revision;
  readonly resolve: () => void;
  readonly reject: (error: LockstepError) => void;
}

/** How long a request waits for the state, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Lets requests wait until the state has seen a revision, so that each reads what it wrote. */
export class RevisionWaiters {
  readonly #waiters = new Set<Waiter>();
  #seen: Revision;

  constructor(
    private readonly clock: Clock,
    seen: Revision,
  ) {
    this.#seen = seen;
  }

  /**
   * Resolves when the state has seen `revision`.
   * @throws LockstepError STORE_UNAVAILABLE when that takes too long, or the server stops
   */
  async wait(revision: Revision): Promise<void> {
    if (this.#seen >= revision) return;
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        stop();
        this.#waiters.delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        revision,
        resolve: () => end(resolve),
        reject: (error) => end(() => reject(error)),
      };
      const stop = this.clock.after(PATIENCE_MS, () =>
        waiter.reject(unseen(revision, `it lags behind by more than ${PATIENCE_MS} ms`)),
      );
      this.#waiters.add(waiter);
    });
  }

  /** The state has seen `revision`. */
  advance(revision: Revision): void {
    this.#seen = revision;
    for (const waiter of this.#waiters) if (waiter.revision <= revision) waiter.resolve();
  }

  /** Nothing more will be seen. */
  stop(): void {
    for (const waiter of this.#waiters) waiter.reject(unseen(waiter.revision, 'it stops'));
  }
}

function unseen(revision: Revision, why: string): LockstepError {
  const message = `revision ${revision} is written, but this server hasn't seen it: ${why}`;
  return new LockstepError('STORE_UNAVAILABLE', message, { revision });
}
