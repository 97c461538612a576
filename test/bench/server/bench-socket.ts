import { WebSocket } from 'ws';

/** What a request or a subscription gives. */
export interface SocketPayload {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
}

interface Message {
  readonly id: string;
  readonly type: string;
  readonly payload: SocketPayload;
}

/** Requests and one subscription over a `graphql-transport-ws` socket, with as little work as can be. */
export class BenchSocket {
  readonly #waiting = new Map<string, (payload: SocketPayload) => void>();
  #subscriber: (payload: SocketPayload) => void = () => undefined;
  #ids = 0;

  private constructor(private readonly socket: WebSocket) {}

  static async open(url: string): Promise<BenchSocket> {
    const socket = new WebSocket(url.replace(/^http/u, 'ws'), 'graphql-transport-ws');
    const made = new BenchSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send('{"type":"connection_init"}'));
      socket.once('message', () => resolve());
    });
    socket.on('message', (bytes: Buffer) => made.#receive(bytes));
    return made;
  }

  /** @param query the document, as JSON */
  request(query: string, variables: object): Promise<SocketPayload> {
    this.#ids += 1;
    const id = String(this.#ids);
    this.socket.send(
      `{"id":"${id}","type":"subscribe","payload":{"query":${query},"variables":${JSON.stringify(variables)}}}`,
    );
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** The one subscription of the socket. @param query the document, as JSON */
  subscribe(query: string, variables: object, take: (payload: SocketPayload) => void): void {
    this.#subscriber = take;
    this.socket.send(
      `{"id":"feed","type":"subscribe","payload":{"query":${query},"variables":${JSON.stringify(variables)}}}`,
    );
  }

  close(): void {
    this.socket.close();
  }

  #receive(bytes: Buffer): void {
    const message = JSON.parse(bytes.toString()) as Message;
    if (message.type === 'ping') return this.socket.send('{"type":"pong"}');
    if (message.type === 'complete') return;
    if (message.type !== 'next') throw new Error(`unexpected: ${JSON.stringify(message)}`);
    if (message.id === 'feed') return this.#subscriber(message.payload);
    const resolve = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    resolve?.(message.payload);
  }
}
