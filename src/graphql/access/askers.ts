import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Asker } from './asker';

/** How often clients that stay connected must prove again who they are, in milliseconds. */
const PROOF_MS = 5_000;

/** How many of them prove it one right after the other. */
const AT_A_TIME = 50;

/** Who is at the other end of each connection that stays open; each must prove it again from time to time. */
export class Askers<Connection> {
  readonly #askers = new Map<Connection, Asker>();
  readonly #proofs: NodeJS.Timeout;

  /**
   * @param cut ends the connection of somebody who isn't known any more
   * @param reportDefect told of what fails beside that
   */
  constructor(
    private readonly cut: (connection: Connection) => void,
    reportDefect: (error: unknown) => void,
  ) {
    this.#proofs = setInterval(() => void this.#askAgain().catch(reportDefect), PROOF_MS);
  }

  /** The connections, in the order in which they came. */
  get connections(): Iterable<Connection> {
    return this.#askers.keys();
  }

  add(connection: Connection, asker: Asker): void {
    this.#askers.set(connection, asker);
  }

  get(connection: Connection): Asker | undefined {
    return this.#askers.get(connection);
  }

  delete(connection: Connection): void {
    this.#askers.delete(connection);
  }

  /** Ask nobody any more. */
  close(): void {
    clearInterval(this.#proofs);
  }

  async #askAgain(): Promise<void> {
    let asked = 0;
    for (const [connection, asker] of this.#askers) {
      if (!(await asker.isStillKnown())) this.cut(connection);
      asked += 1;
      // To check ten thousand signatures takes a second.
      if (asked % AT_A_TIME === 0) await othersTurn();
    }
  }
}
