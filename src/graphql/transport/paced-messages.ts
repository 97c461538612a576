import type { ReadingHolds } from './reading-holds';

/** How many messages of one connection are handed on in a turn of the event loop. */
const A_TURN = 8;

/**
 * Hands a connection's messages on in their order, at most a few in each turn of the event loop: a client that sends a hundred
 * thousand at once holds up nobody else. One that comes alone isn't kept waiting. While some wait no more are read, so that
 * at most what was read together waits.
 */
export class PacedMessages {
  #waiting: string[] = [];
  #left = A_TURN;
  #next: NodeJS.Immediate | null = null;
  #release: () => void = () => undefined;

  constructor(
    private readonly holds: ReadingHolds,
    private readonly handOn: (text: string) => void,
  ) {}

  add(text: string): void {
    this.#next ??= setImmediate(() => this.#turn());
    if (this.#left > 0) {
      this.#left -= 1;
      this.handOn(text);
      return;
    }
    if (this.#waiting.length === 0) this.#release = this.holds.hold();
    this.#waiting.push(text);
  }

  /** The connection is gone: nobody waits for an answer to what waits. */
  close(): void {
    this.#waiting = [];
  }

  #turn(): void {
    const due = this.#waiting.splice(0, A_TURN);
    this.#left = A_TURN - due.length;
    this.#next = due.length > 0 ? setImmediate(() => this.#turn()) : null;
    const isLast = due.length > 0 && this.#waiting.length === 0;
    for (const text of due) this.handOn(text);
    if (isLast) this.#release();
  }
}
