/** How often connections are looked at within the time that they may be idle. */
const LOOKS = 4;

/** Closes connections on which nothing was asked for a long time. */
export class IdleConnections<Connection> {
  readonly #idleLooks = new Map<Connection, number>();
  readonly #looks: NodeJS.Timeout;

  /**
   * @param idleMs how long they may be idle, in milliseconds
   * @param isBusy whether something is asked for on it now
   * @param close closes one that was idle for so long
   */
  constructor(
    idleMs: number,
    private readonly isBusy: (connection: Connection) => boolean,
    private readonly closeOne: (connection: Connection) => void,
  ) {
    this.#looks = setInterval(() => this.#look(), idleMs / LOOKS);
  }

  add(connection: Connection): void {
    this.#idleLooks.set(connection, 0);
  }

  delete(connection: Connection): void {
    this.#idleLooks.delete(connection);
  }

  /** Look no more. */
  close(): void {
    clearInterval(this.#looks);
  }

  #look(): void {
    for (const [connection, looks] of this.#idleLooks) {
      const idle = this.isBusy(connection) ? 0 : looks + 1;
      this.#idleLooks.set(connection, idle);
      if (idle > LOOKS) this.closeOne(connection);
    }
  }
}
