import type { LockstepError } from '../../core/model/error';
import type { Revision } from '../../core/model/revision';

/** How far a store has come, and who waits for it to go on. */
export class Progress {
  readonly #waiters = new Set<() => void>();
  #revision: Revision;
  #failure: LockstepError | null = null;

  constructor(revision: Revision) {
    this.#revision = revision;
  }

  /** The last revision that is durable and visible. */
  get revision(): Revision {
    return this.#revision;
  }

  /** Waiters that `reach` holds. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** The store has come to this revision. */
  advance(revision: Revision): void {
    this.#revision = revision;
    this.#wake();
  }

  /** The store won't go on: everybody who waits or asks gets this error. The first one stays. */
  fail(error: LockstepError): void {
    this.#failure ??= error;
    this.#wake();
  }

  /** @throws LockstepError the failure, if there is one */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Wait until the store has come to `revision`. @returns the last revision, or null if the signal aborted first */
  async reach(revision: Revision, signal: AbortSignal): Promise<Revision | null> {
    for (;;) {
      if (signal.aborted) return null;
      this.check();
      if (this.#revision >= revision) return this.#revision;
      await this.#change(signal);
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiters.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}
