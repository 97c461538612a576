import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { JsonObject } from '../plain-client';

/** Kinds of WebSocket frames (RFC 6455, 5.2). */
export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** One frame as it came. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** How to build a frame, right or wrong. */
export interface FrameOptions {
  readonly opcode?: number;
  readonly final?: boolean;
  readonly masked?: boolean;
  /** Bits that nobody may use without having agreed on them. */
  readonly reserved?: number;
  /** The length that the frame announces. */
  readonly announced?: number;
}

const END_OF_HEAD = '\r\n\r\n';

/** A frame of bytes. */
export function frameOf(payload: Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = Opcode.TEXT, final = true, masked = true, reserved = 0, announced = payload.length } = options;
  const head = Buffer.alloc(announced < 126 ? 2 : announced < 65_536 ? 4 : 10);
  head[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (announced < 126 ? announced : announced < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(announced, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(announced), 2);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

/** A WebSocket of nothing but bytes, which can do what no library would let it. */
export class RawSocket {
  readonly frames: Frame[] = [];
  /** The code of the close frame; null: the connection ended without one. */
  closedWith: number | null | undefined = undefined;
  #bytes = Buffer.alloc(0);
  readonly #waiting = new Set<() => void>();

  private constructor(readonly stream: Socket) {
    stream.on('data', (chunk) => this.#take(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      if (this.closedWith === undefined) this.closedWith = null;
      this.#wake();
    });
  }

  /** Connect and upgrade. @throws if the server answers anything but 101 */
  static async connect(url: string, protocol: string | null = 'graphql-transport-ws'): Promise<RawSocket> {
    const { hostname, port, pathname } = new URL(url);
    const stream = connect(Number(port), hostname);
    stream.write(
      [
        `GET ${pathname} HTTP/1.1`,
        `host: ${hostname}:${port}`,
        'connection: upgrade',
        'upgrade: websocket',
        'sec-websocket-version: 13',
        `sec-websocket-key: ${randomBytes(16).toString('base64')}`,
        ...(protocol === null ? [] : [`sec-websocket-protocol: ${protocol}`]),
        '\r\n',
      ].join('\r\n'),
    );
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      let read = Buffer.alloc(0);
      stream.on('error', reject);
      stream.on('data', function take(chunk) {
        read = Buffer.concat([read, chunk]);
        if (!read.includes(END_OF_HEAD)) return;
        stream.off('data', take).off('error', reject);
        resolve(read);
      });
    });
    const head = bytes.subarray(0, bytes.indexOf(END_OF_HEAD)).toString('latin1');
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(`not upgraded: ${head}`);
    const socket = new RawSocket(stream);
    socket.#take(bytes.subarray(head.length + END_OF_HEAD.length));
    return socket;
  }

  /** Begin the protocol and wait until the server has taken it. */
  async greet(payload: object = {}): Promise<void> {
    this.sendJson({ type: 'connection_init', payload });
    const answer = await this.nextJson();
    if (answer['type'] !== 'connection_ack') throw new Error(`not greeted: ${JSON.stringify(answer)}`);
  }

  sendJson(message: unknown): void {
    this.stream.write(frameOf(Buffer.from(JSON.stringify(message))));
  }

  sendBytes(bytes: Buffer): void {
    this.stream.write(bytes);
  }

  /** The next frame of a message; pings and the like are left out. */
  async next(timeoutMs = 20_000): Promise<Frame> {
    await this.#until(() => this.frames.length > 0 || this.closedWith !== undefined, timeoutMs);
    const frame = this.frames.shift();
    if (frame === undefined) throw new Error(`closed with ${this.closedWith}`);
    return frame;
  }

  /** The next message. */
  async nextJson(timeoutMs?: number): Promise<JsonObject> {
    const { payload } = await this.next(timeoutMs);
    return JSON.parse(payload.toString()) as JsonObject;
  }

  /** Wait until the server closes the connection; the code, null without one. */
  async untilClosed(timeoutMs = 20_000): Promise<number | null> {
    await this.#until(() => this.closedWith !== undefined, timeoutMs);
    return this.closedWith ?? null;
  }

  cut(): void {
    this.stream.destroy();
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (let frame = this.#frame(); frame !== null; frame = this.#frame()) {
      if (frame.opcode === Opcode.CLOSE)
        this.closedWith = frame.payload.length < 2 ? null : frame.payload.readUInt16BE();
      else if (frame.opcode === Opcode.PING) this.sendBytes(frameOf(frame.payload, { opcode: Opcode.PONG }));
      else this.frames.push(frame);
    }
    this.#wake();
  }

  /** The first whole frame; null: more bytes are needed. Servers mask nothing. */
  #frame(): Frame | null {
    const bytes = this.#bytes;
    if (bytes.length < 2) return null;
    const short = (bytes[1] ?? 0) & 0x7f;
    const from = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < from) return null;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < from + length) return null;
    this.#bytes = bytes.subarray(from + length);
    return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(from, from + length) };
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #until(isTrue: () => boolean, timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!isTrue()) {
      const leftMs = end - performance.now();
      if (leftMs <= 0) throw new Error(`nothing came within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
}
