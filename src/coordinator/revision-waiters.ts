import type { Revision } from '../core/model/revision';

interface Waiter {
  readonly revision: Revision;
  readonly resolve: () => void;
}

/** Lets requests wait until the state has seen a revision, so that each reads what it wrote. */
export class RevisionWaiters {
  #waiters: Waiter[] = [];
  #seen: Revision;

  constructor(seen: Revision) {
    this.#seen = seen;
  }

  /** Resolves when the state has seen `revision`. */
  async wait(revision: Revision): Promise<void> {
    if (this.#seen >= revision) return;
    await new Promise<void>((resolve) => this.#waiters.push({ revision, resolve }));
  }

  /** The state has seen `revision`. */
  advance(revision: Revision): void {
    this.#seen = revision;
    if (this.#waiters.length === 0) return;
    const due = this.#waiters.filter((waiter) => waiter.revision <= revision);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.revision > revision);
    for (const { resolve } of due) resolve();
  }
}
