import type { ServerResponse } from 'node:http';
import { topLevelError } from '../errors/top-level-error';
import type { SharedPayload } from '../feed/shared-payload';
import { untilDrained } from './connection-sink';
import type { ResultStream } from './result-streams';
import { waitingText } from './waiting-text';

/** How often a comment is sent, so that nobody on the way takes the connection for dead, in milliseconds. */
const COMMENT_MS = 12_000;

/** One response of server-sent events. */
export class SseStream implements ResultStream {
  readonly #comments: NodeJS.Timeout;

  constructor(private readonly response: ServerResponse) {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    // Headers leave with the first bytes.
    response.write(':\n\n');
    this.#comments = setInterval(() => this.#write(':\n\n'), COMMENT_MS);
    this.onClose(() => clearInterval(this.#comments));
  }

  get bufferedBytes(): number {
    return this.response.writableLength;
  }

  /** Call `listener` when the connection is gone. */
  onClose(listener: () => void): void {
    this.response.once('close', listener);
  }

  send(payload: SharedPayload): void {
    this.#write(payload.within('event: next\ndata: ', '\n\n'));
  }

  /** Send a result of nobody else. */
  sendResult(result: object): void {
    this.#write(waitingText(`event: next\ndata: ${JSON.stringify(result)}\n\n`));
  }

  drained(): Promise<void> {
    return untilDrained(this.response);
  }

  cut(): void {
    this.response.destroy();
  }

  endAsTooSlow(): void {
    const error = topLevelError('SUBSCRIBER_TOO_SLOW', 'the subscriber lost events three times within a minute');
    this.sendResult({ errors: [error.toJSON()] });
    this.end();
  }

  /** Say that nothing follows. */
  end(): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    this.response.end('event: complete\ndata:\n\n');
  }

  #write(text: string | Buffer): void {
    if (!this.response.writableEnded && !this.response.destroyed) this.response.write(text);
  }
}
