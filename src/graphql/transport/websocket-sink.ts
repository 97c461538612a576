import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { FeedSink } from '../feed/feed-sink';
import type { SharedPayload } from '../feed/shared-payload';
import { untilDrained } from './connection-sink';

/** The close code for a subscriber that lost events too often. */
const TOO_MANY_LAGS = 4429;

/** One subscription on a WebSocket, for results that were encoded already: they are sent as messages of the protocol. */
export class WebSocketSink implements FeedSink {
  readonly #before: string;

  constructor(
    private readonly socket: WebSocket,
    private readonly stream: Socket,
    subscriptionId: string,
  ) {
    this.#before = `{"id":${JSON.stringify(subscriptionId)},"type":"next","payload":`;
  }

  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  send(payload: SharedPayload): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    gatherWrites(this.stream);
    this.socket.send(payload.within(this.#before, '}'), { binary: false });
  }

  drained(): Promise<void> {
    return untilDrained(this.stream);
  }

  cut(): void {
    this.socket.terminate();
  }

  endAsTooSlow(): void {
    this.socket.close(TOO_MANY_LAGS, 'Events were lost too often');
  }
}

/** Let what is sent in one turn leave together: an answer and its completion are two messages. */
export function gatherWrites(stream: Socket): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
