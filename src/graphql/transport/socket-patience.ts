import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { untilDrained } from './connection-sink';
import type { ReadingHolds } from './reading-holds';

/** Beyond this, what a client sends is left where it is until it has taken what waits for it, in bytes. */
const FULL_BYTES = 262_144;

/** How often a connection is asked whether it is still there, and how long it may take to answer, in milliseconds. */
const PING_MS = 12_000;

/**
 * How long one WebSocket is waited for: for its answers to pings, and until it has taken what waits for it. Of a client
 * that takes nothing no more is read, so that it can't make answers pile up.
 */
export class SocketPatience {
  readonly #pings: NodeJS.Timeout;
  #silentMs = 0;
  #isFull = false;

  /** @param stalledMs how long a connection may take nothing of what waits for it, in milliseconds */
  constructor(
    private readonly socket: WebSocket,
    private readonly stream: Socket,
    private readonly stalledMs: number,
    private readonly holds: ReadingHolds,
  ) {
    socket.on('pong', () => (this.#silentMs = 0));
    this.#pings = setInterval(() => this.#ping(), PING_MS);
    socket.once('close', () => clearInterval(this.#pings));
  }

  /** Something was sent to the client, or came from it. */
  look(): void {
    if (this.#isFull || this.socket.bufferedAmount < FULL_BYTES) return;
    this.#isFull = true;
    const release = this.holds.hold();
    const timer = setTimeout(() => this.socket.terminate(), this.stalledMs);
    void untilDrained(this.stream).then(() => {
      clearTimeout(timer);
      this.#isFull = false;
      release();
    });
  }

  /** Resolved when there is room for an answer, or the connection is gone. */
  async room(): Promise<void> {
    this.look();
    if (this.#isFull) await untilDrained(this.stream);
  }

  /** Whether there is room for an answer now, or the connection is gone. */
  hasRoom(): boolean {
    this.look();
    return !this.#isFull || this.stream.destroyed;
  }

  #ping(): void {
    // A ping waits behind everything else that a slow client hasn't taken yet.
    const patienceMs = this.socket.bufferedAmount > 0 ? this.stalledMs : PING_MS;
    if (this.#silentMs >= patienceMs) {
      this.socket.terminate();
      return;
    }
    this.#silentMs += PING_MS;
    this.socket.ping();
  }
}
