import { once } from 'node:events';
import { connect } from 'node:net';
import { ask, document } from './plain-client';
import { PlainWorker } from './plain-worker';

/** Where a connection is cut. */
export type Tear =
  /** The server has got half of the request. */
  | 'in the request'
  /** It has got the request, and nothing of the answer was read. */
  | 'before the answer'
  /** The first bytes of the answer were read. */
  | 'in the answer';

/** Send one request and cut its connection. Resolves when the connection is gone. */
export async function sendTorn(url: string, tear: Tear, query: string, variables: object): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const body = JSON.stringify({ query, variables });
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ].join('\r\n');
  const socket = connect(Number(port), hostname);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  const cut = (): void => void socket.destroy();
  if (tear === 'in the answer') socket.once('data', cut);
  const sent = `${head}\r\n\r\n${tear === 'in the request' ? body.slice(0, body.length / 2) : body}`;
  socket.write(sent, () => {
    if (tear !== 'in the answer') cut();
  });
  await closed;
}

/** A worker whose every message is lost once before it is answered (schema/PROTOCOL.md 1.5). */
export class TornWorker extends PlainWorker {
  constructor(
    private readonly tear: Tear,
    ...worker: ConstructorParameters<typeof PlainWorker>
  ) {
    super(...worker);
  }

  override async say<T>(name: string, input: object): Promise<T> {
    await sendTorn(this.url, this.tear, document(name), { input });
    return ask<T>(this.url, document(name), { input });
  }
}
