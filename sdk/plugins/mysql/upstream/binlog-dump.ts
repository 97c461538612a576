import { memberOf } from '../../../../src/core/model/member-of';
import { EventEmitter } from 'node:events';
import { createConnection } from 'mysql2';
import type { Connection } from 'mysql2';
import { connectionOptions } from '../connection';
import type { ServerAddress } from '../connection';
import { plainError } from '../server-error';
import { encodeMySqlGtids } from './gtid-set';

/** From where the server sends its log. */
export type DumpStart =
  | { readonly kind: 'place'; readonly file: string; readonly offset: number }
  /** Behind these transactions; the server finds the place. */
  | { readonly kind: 'gtids'; readonly set: string };

/** How a server is asked for its log. */
export interface DumpOptions {
  readonly address: ServerAddress;
  readonly isMariaDb: boolean;
  /** Under which the server knows this reader; the server ends an older one of the same number. */
  readonly serverId: number;
  readonly start: DumpStart;
  /** How often the server says that there is nothing, in milliseconds. */
  readonly heartbeatMs: number;
}

/** More bytes than these wait for the reader: the server has to wait, too. */
const MOST_BYTES = 4 * 1_024 * 1_024;

/** How many heartbeats may be missing before the connection counts as lost; at least `LEAST_SILENCE_MS`. */
const MISSED_HEARTBEATS = 10;
const LEAST_SILENCE_MS = 30_000;

/**
 * The events of a server's log as bytes, for ever. It ends without an error when the connection is lost, or `signal` aborts.
 * @throws ServerError what the server refuses
 */
export async function* dumpEvents(options: DumpOptions, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  const connection = createConnection(connectionOptions(options.address));
  const queue = new EventQueue(connection);
  const abort = (): void => queue.end(null);
  signal.addEventListener('abort', abort);
  connection.on('error', (error: Error) => queue.end(plainError(error)));
  connection.on('end', () => queue.end(null));
  const silenceMs = Math.max(LEAST_SILENCE_MS, options.heartbeatMs * MISSED_HEARTBEATS);
  const watch = setInterval(() => queue.endIfSilent(silenceMs), silenceMs / 4);
  try {
    if (signal.aborted) return;
    await prepare(connection, options);
    addCommand(connection, new DumpCommand(dumpPacket(options), queue));
    for (;;) {
      const event = await queue.next();
      if (event === null) return;
      yield event;
    }
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', abort);
    connection.destroy();
    // A half-closed socket would leave the server sending until it notices.
    destroySocket(connection);
  }
}

/** What the session must have before the log is asked for. */
async function prepare(connection: Connection, { isMariaDb, heartbeatMs, start }: DumpOptions): Promise<void> {
  const periodNs = BigInt(heartbeatMs) * 1_000_000n;
  const settings = [
    ...['master', 'source'].flatMap((who) => [
      `@${who}_binlog_checksum = @@GLOBAL.binlog_checksum`,
      `@${who}_heartbeat_period = ${periodNs}`,
    ]),
    // Four: we know what GTID events are.
    ...(isMariaDb ? ['@mariadb_slave_capability = 4', '@slave_gtid_strict_mode = 0'] : []),
    ...(isMariaDb && start.kind === 'gtids' ? [`@slave_connect_state = '${start.set}'`] : []),
  ];
  try {
    await connection.promise().query(`SET ${settings.join(', ')}`);
  } catch (error) {
    throw plainError(error);
  }
}

const Command = { dump: 0x12, dumpGtids: 0x1e } as const;

/** The command's packet, with room for the header that `mysql2` writes. */
function dumpPacket({ isMariaDb, serverId, start }: DumpOptions): Buffer {
  const header = Buffer.alloc(4);
  if (start.kind === 'gtids' && !isMariaDb) {
    const set = encodeMySqlGtids(start.set);
    const fields = Buffer.alloc(1 + 2 + 4 + 4 + 8 + 4);
    fields.writeUInt8(Command.dumpGtids, 0);
    // Flags: 4, the set follows. No file; from its beginning.
    fields.writeUInt16LE(4, 1);
    fields.writeUInt32LE(serverId, 3);
    fields.writeUInt32LE(0, 7);
    fields.writeBigUInt64LE(4n, 11);
    fields.writeUInt32LE(set.length, 19);
    return Buffer.concat([header, fields, set]);
  }
  const { file, offset } = start.kind === 'place' ? start : { file: '', offset: 4 };
  const fields = Buffer.alloc(1 + 4 + 2 + 4);
  fields.writeUInt8(Command.dump, 0);
  fields.writeUInt32LE(offset, 1);
  fields.writeUInt32LE(serverId, 7);
  return Buffer.concat([header, fields, Buffer.from(file)]);
}

/** Events between the connection and the reader. */
class EventQueue {
  readonly #events: Buffer[] = [];
  #bytes = 0;
  #isPaused = false;
  #end: { readonly error: Error | null } | null = null;
  #wake: () => void = () => undefined;
  #heardMs = performance.now();

  constructor(private readonly connection: Connection) {}

  push(event: Buffer): void {
    this.#heardMs = performance.now();
    this.#events.push(event);
    this.#bytes += event.length;
    if (this.#bytes > MOST_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.connection.pause();
    }
    this.#wake();
  }

  end(error: Error | null): void {
    this.#end ??= { error };
    this.#wake();
  }

  /** Nothing has come for too long, though the reader wants more: somebody on the way has forgotten us. */
  endIfSilent(silenceMs: number): void {
    if (this.#isPaused) this.#heardMs = performance.now();
    else if (performance.now() - this.#heardMs > silenceMs) this.end(null);
  }

  /** Null: it has ended. */
  async next(): Promise<Buffer | null> {
    while (this.#events.length === 0 && this.#end === null)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const event = this.#events.shift();
    if (event === undefined) {
      const error = this.#end?.error ?? null;
      if (error === null) return null;
      throw error;
    }
    this.#bytes -= event.length;
    if (this.#isPaused && this.#bytes < MOST_BYTES / 2) {
      this.#isPaused = false;
      this.connection.resume();
    }
    return event;
  }
}

/** A packet as `mysql2` hands it to a command. */
interface Packet {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  isError(): boolean;
  isEOF(): boolean;
  asError(encoding: string): Error;
}

/** What a command has of the connection that runs it. */
interface CommandHost {
  readonly clientEncoding: string;
  _resetSequenceId(): void;
  writePacket(packet: OutgoingPacket): void;
}

/** A packet as `mysql2` writes it: it sets the length and the number of the header. */
class OutgoingPacket {
  constructor(readonly buffer: Buffer) {}

  length(): number {
    return this.buffer.length;
  }

  writeHeader(sequenceId: number): void {
    this.buffer.writeUIntLE(this.buffer.length - 4, 0, 3);
    this.buffer.writeUInt8(sequenceId, 3);
  }
}

/** Asks for the log, and hands every event on: a command in the form that `mysql2` runs its own in. */
class DumpCommand extends EventEmitter {
  #isSent = false;

  constructor(
    private readonly request: Buffer,
    private readonly queue: EventQueue,
  ) {
    super();
  }

  /** Called first without a packet, then with each that comes. @returns whether it is over */
  execute(packet: Packet | undefined, host: CommandHost): boolean {
    if (!this.#isSent) {
      this.#isSent = true;
      host._resetSequenceId();
      host.writePacket(new OutgoingPacket(this.request));
      return false;
    }
    if (packet === undefined) return false;
    if (packet.isError()) this.queue.end(plainError(packet.asError(host.clientEncoding)));
    else if (packet.isEOF()) this.queue.end(null);
    // Behind the packet's header there is a byte that says that an event follows. Copied: the chunk that it came in is large.
    else {
      this.queue.push(Buffer.from(packet.buffer.subarray(packet.start + 5, packet.end)));
      return false;
    }
    this.emit('end');
    return true;
  }
}

/** `mysql2` runs commands of others, but its types don't say so. */
function addCommand(connection: object, command: DumpCommand): void {
  const add: unknown = Reflect.get(connection, 'addCommand');
  if (typeof add !== 'function') throw new Error('this version of mysql2 takes no commands');
  Reflect.apply(add, connection, [command]);
}

function destroySocket(connection: object): void {
  const socket = memberOf(connection, 'stream');
  const destroy = memberOf(socket, 'destroy');
  if (typeof destroy === 'function') Reflect.apply(destroy, socket, []);
}
