import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { parseJson } from '../../../src/core/wire/json-reader';
import type { JsonValue as StoredValue } from '../../../src/core/wire/json-reader';

/** Messages over a socket, each a line of JSON. */
export class JsonLines {
  constructor(private readonly socket: Socket) {}

  send(message: object): void {
    this.socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Every message that comes. @throws LockstepError UNREADABLE_VALUE in the reader, for what is no JSON */
  onMessage(take: (message: StoredValue) => void): void {
    const lines = createInterface({ input: this.socket });
    // The end of a broken connection is told by its `close`; the reader of lines passes its error on.
    lines.on('error', () => undefined);
    lines.on('line', (line) => take(parseJson(line, 'message')));
  }
}
