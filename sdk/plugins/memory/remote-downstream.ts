import { createServer, connect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { invariant } from '../../../src/core/model/invariant';
import type { JsonValue as StoredValue } from '../../../src/core/wire/json-reader';
import type { Checkpoint, DownstreamPlugin, ExecutionContext, ExecutionResult, RowChange } from '../../plugin';
import { JsonLines } from './json-lines';
import type { MemoryDownstream } from './memory-downstream';
import { readCheckpoint } from './stored-file';

/** A downstream in memory that workers of other processes write to, over a socket of the loopback interface. */
export class MemoryDownstreamServer {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(downstream: MemoryDownstream): Promise<MemoryDownstreamServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = addressOf(server);
    const started = new MemoryDownstreamServer(server, port);
    server.on('connection', (socket) => started.#serve(socket, downstream));
    return started;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #serve(socket: Socket, downstream: MemoryDownstream): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // A worker that was killed: `close` follows.
    socket.on('error', () => undefined);
    const lines = new JsonLines(socket);
    lines.onMessage((message) => lines.send({ id: message.field('id').count(), ...answer(downstream, message) }));
  }
}

function answer(downstream: MemoryDownstream, message: StoredValue): object {
  const source = message.field('source').text();
  try {
    switch (message.field('call').oneOf(['execute', 'apply', 'load'])) {
      case 'execute':
        return { value: downstream.execute(message.field('ddl').text(), message.field('schema').text()) };
      case 'load':
        return { value: downstream.checkpointOf(source) };
      case 'apply': {
        const checkpoint = message.field('checkpoint').nullable(readCheckpoint);
        // The sender is this room's own client: rows are what it was given.
        const changes = JSON.parse(message.field('changes').json()) as readonly RowChange[];
        downstream.apply(source, changes, checkpoint);
        return { value: null };
      }
    }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  invariant(address !== null && typeof address !== 'string', 'a server of TCP has an address');
  return address;
}

interface Waiting {
  readonly resolve: (value: StoredValue) => void;
  readonly reject: (error: Error) => void;
}

/** What a worker of another process writes by: a connection to a `MemoryDownstreamServer`, made anew when it is lost. */
export class RemoteDownstream implements DownstreamPlugin {
  readonly storesPositions = true;
  readonly #waiting = new Map<number, Waiting>();
  #connection: { readonly socket: Socket; readonly lines: JsonLines } | null = null;
  #calls = 0;

  constructor(
    private readonly port: number,
    private readonly source: string,
  ) {}

  async execute(ddl: string, { target }: ExecutionContext): Promise<ExecutionResult> {
    const value = await this.#call('execute', { ddl, schema: target?.schema ?? '' });
    const kind = value.field('kind').oneOf(['done', 'already-done', 'failed']);
    if (kind !== 'failed') return { kind };
    return { kind, reason: value.field('reason').text(), retryable: value.field('retryable').boolean() };
  }

  async apply(changes: readonly RowChange[], checkpoint: Checkpoint | null): Promise<void> {
    await this.#call('apply', { changes, checkpoint });
  }

  async loadPosition(): Promise<Checkpoint | null> {
    return (await this.#call('load', {})).nullable(readCheckpoint);
  }

  close(): Promise<void> {
    this.#connection?.socket.destroy();
    return Promise.resolve();
  }

  async #call(call: string, message: object): Promise<StoredValue> {
    this.#connection ??= this.#connect();
    const { lines } = this.#connection;
    this.#calls += 1;
    const id = this.#calls;
    const answered = new Promise<StoredValue>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    lines.send({ id, source: this.source, call, ...message });
    return await answered;
  }

  #connect(): { readonly socket: Socket; readonly lines: JsonLines } {
    const socket = connect(this.port, '127.0.0.1');
    const lines = new JsonLines(socket);
    // `close` follows, and ends what waits.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#lose());
    lines.onMessage((message) => this.#take(message));
    return { socket, lines };
  }

  #take(message: StoredValue): void {
    const id = message.field('id').count();
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    const error = message.field('error').nullable((field) => field.text());
    if (error === null) waiting?.resolve(message.field('value'));
    else waiting?.reject(new Error(error));
  }

  #lose(): void {
    this.#connection = null;
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost) reject(new Error('the downstream in memory is away'));
  }
}
