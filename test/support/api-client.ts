import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const DOCUMENTS = join(__dirname, '..', '..', 'schema', 'documents');

/** How long a client waits before it repeats what had no answer, in milliseconds. */
const PAUSE_MS = 40;

/** A document of `schema/documents`. */
export function readDocument(name: string): string {
  return readFileSync(join(DOCUMENTS, `${name}.graphql`), 'utf8');
}

/** JSON as it comes. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** An operation as the documents select it. */
export interface ApiOperation {
  readonly id: string;
  readonly taskName: string;
  readonly lockId: string;
  readonly upstreamTable: { readonly schema: string; readonly table: string } | null;
  readonly ddls: readonly string[];
  readonly exec: boolean | null;
  readonly conflictStage: string | null;
  readonly message: string;
  readonly revision: string;
}

/** The answer of a mutation: its member's name, and whatever that has. */
export interface MutationAnswer {
  readonly __typename: string;
  readonly [name: string]: Json;
}

/** The client was told to stop. */
export class ClientStopped extends Error {}

/**
 * Sends requests with nothing but `fetch`, each until it is answered (schema/PROTOCOL.md 1.4 and 1.5): a lost connection
 * or a server that isn't there means that the same request is sent again.
 */
export class ApiClient {
  readonly #documents = new Map<string, string>();

  constructor(
    readonly url: string,
    readonly signal: AbortSignal,
  ) {
    // Every worker that shares the client listens, which isn't a leak.
    setMaxListeners(0, signal);
  }

  /** A mutation of `schema/documents` by the document's name. */
  async mutate(name: string, input: object): Promise<MutationAnswer> {
    const document = this.#documents.get(name) ?? readDocument(name);
    this.#documents.set(name, document);
    return await this.ask<MutationAnswer>(document, { input });
  }

  /** The one root field of a request's answer. */
  async ask<T = Json>(query: string, variables: object = {}): Promise<T> {
    for (;;) {
      if (this.signal.aborted) throw new ClientStopped('the client was stopped');
      const answer = await this.#send(query, variables);
      if (answer !== null) return answer as T;
      await sleep(PAUSE_MS);
    }
  }

  /** Null: there was no answer. */
  async #send(query: string, variables: object): Promise<Json | null> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(60_000),
      });
      status = response.status;
      text = await response.text();
    } catch {
      return null;
    }
    const { data, errors } = JSON.parse(text) as { data?: JsonObject; errors?: { extensions: { code: string } }[] };
    if (errors?.[0]?.extensions.code === 'STORE_UNAVAILABLE') return null;
    if (status >= 500 || errors !== undefined || data === undefined)
      throw new Error(`a request failed with status ${status}: ${text}\n${query}\n${JSON.stringify(variables)}`);
    return Object.values(data)[0] ?? null;
  }
}

/** The operations of a source over `graphql-transport-ws`, over every loss of the connection until it is closed. */
export class OperationStream {
  #socket: WebSocket | null = null;
  #closed = false;

  constructor(
    private readonly url: string,
    private readonly variables: { readonly task: string; readonly source: string },
    private readonly take: (operation: ApiOperation) => void,
  ) {
    this.#open();
  }

  /** Cut the connection without a word; it is opened again. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** End for good. */
  close(): void {
    this.#closed = true;
    this.#socket?.close();
  }

  #open(): void {
    const socket = new WebSocket(this.url.replace(/^http/u, 'ws'), 'graphql-transport-ws');
    this.#socket = socket;
    // A connection that can't be opened, or is lost, closes as well.
    socket.on('error', () => undefined);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
    socket.on('message', (bytes: Buffer) => this.#receive(socket, bytes));
    socket.on('close', () => {
      if (!this.#closed) setTimeout(() => this.#closed || this.#open(), PAUSE_MS);
    });
  }

  #receive(socket: WebSocket, bytes: Buffer): void {
    const message = JSON.parse(bytes.toString()) as {
      type: string;
      payload?: { data?: { shardOperations: ApiOperation } };
    };
    if (message.type === 'connection_ack') {
      const payload = { query: readDocument('ShardOperations'), variables: this.variables };
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    } else if (message.type === 'next') {
      const operation = message.payload?.data?.shardOperations;
      if (operation === undefined) throw new Error(`not an operation: ${bytes.toString()}`);
      this.take(operation);
    } else if (message.type === 'ping') {
      socket.send(JSON.stringify({ type: 'pong' }));
    } else {
      throw new Error(`unexpected message: ${bytes.toString()}`);
    }
  }
}
