import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';

const DOCUMENTS = join(__dirname, '..', '..', 'schema', 'documents');

/** A document of `schema/documents`. */
export function document(name: string): string {
  return readFileSync(join(DOCUMENTS, `${name}.graphql`), 'utf8');
}

/** JSON as a test reads it. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** An object of JSON, for reading its fields. */
export type JsonObject = Record<string, Json>;

/** A GraphQL answer. */
export interface Answer {
  readonly status: number;
  readonly data: JsonObject | null;
  readonly errors: readonly { readonly message: string; readonly path?: Json[]; readonly extensions: JsonObject }[];
}

/** Send one request with nothing but `fetch`. */
export async function send(url: string, query: string, variables: object = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: JsonObject; errors?: Answer['errors'] };
  return { status: response.status, data: body.data ?? null, errors: body.errors ?? [] };
}

/** Send a request that is expected to give data; the one root field of its answer. */
export async function ask<T = JsonObject>(url: string, query: string, variables: object = {}): Promise<T> {
  const { data, errors } = await send(url, query, variables);
  if (data === null || errors.length > 0) throw new Error(`unexpected errors: ${JSON.stringify(errors)}`);
  return Object.values(data)[0] as T;
}

/** One subscription on a socket of its own, with nothing but `ws`. */
export class PlainSubscription {
  readonly received: JsonObject[] = [];
  closed: { readonly code: number } | null = null;
  readonly #socket: WebSocket;
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(url: string, query: string, variables: object): Promise<PlainSubscription> {
    const socket = new WebSocket(url.replace(/^http/u, 'ws'), 'graphql-transport-ws');
    const subscription = new PlainSubscription(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
      socket.on('close', (code) => {
        subscription.closed = { code };
        subscription.#wake();
      });
      socket.on('message', (bytes: Buffer) => {
        const message = JSON.parse(bytes.toString()) as { type: string; payload: JsonObject };
        if (message.type === 'connection_ack') {
          socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
          resolve();
        } else if (message.type === 'ping') {
          socket.send(JSON.stringify({ type: 'pong' }));
        } else {
          subscription.received.push({ type: message.type, payload: message.payload });
          subscription.#wake();
        }
      });
    });
    return subscription;
  }

  /** The next item's root field. */
  async next<T = JsonObject>(timeoutMs = 5_000): Promise<T> {
    const message = await this.#take(timeoutMs);
    if (message['type'] !== 'next') throw new Error(`expected an item, got ${JSON.stringify(message)}`);
    const { data, errors } = message['payload'] as { data?: JsonObject; errors?: Json };
    if (data === undefined || errors !== undefined) throw new Error(`unexpected errors: ${JSON.stringify(errors)}`);
    return Object.values(data)[0] as T;
  }

  /** The next message as it came. */
  message(timeoutMs = 5_000): Promise<JsonObject> {
    return this.#take(timeoutMs);
  }

  /** Wait until the server closes the socket; the code. */
  async untilClosed(timeoutMs = 5_000): Promise<number> {
    await this.#wait(() => this.closed !== null, timeoutMs);
    return this.closed?.code ?? 0;
  }

  close(): void {
    this.#socket.close();
  }

  /** Cut the connection without a word. */
  cut(): void {
    this.#socket.terminate();
  }

  async #take(timeoutMs: number): Promise<JsonObject> {
    await this.#wait(() => this.received.length > 0 || this.closed !== null, timeoutMs);
    const message = this.received.shift();
    if (message === undefined) throw new Error(`the socket was closed with ${this.closed?.code}`);
    return message;
  }

  async #wait(condition: () => boolean, timeoutMs: number): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!condition()) {
      const left = end - Date.now();
      if (left <= 0) throw new Error(`nothing came within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
