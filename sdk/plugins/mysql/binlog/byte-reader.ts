import { LockstepError } from '../../../../src/core/model/error';

/** Reads numbers and bytes of a binlog event one after the other; numbers are little-endian. */
export class ByteReader {
  #offset: number;

  constructor(
    private readonly bytes: Buffer,
    offset = 0,
  ) {
    this.#offset = offset;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.bytes.length - this.#offset;
  }

  /** An unsigned number of 1 to 6 bytes. */
  uint(size: number): number {
    return this.bytes.readUIntLE(this.#advance(size), size);
  }

  /** A signed number of 1 to 6 bytes. */
  int(size: number): number {
    return this.bytes.readIntLE(this.#advance(size), size);
  }

  /** A number of 1 to 6 bytes, the most significant first. */
  uintBigEndian(size: number): number {
    return this.bytes.readUIntBE(this.#advance(size), size);
  }

  uint64(): bigint {
    return this.bytes.readBigUInt64LE(this.#advance(8));
  }

  int64(): bigint {
    return this.bytes.readBigInt64LE(this.#advance(8));
  }

  float(): number {
    return this.bytes.readFloatLE(this.#advance(4));
  }

  double(): number {
    return this.bytes.readDoubleLE(this.#advance(8));
  }

  /** A number in the protocol's packed form of 1 to 9 bytes. */
  packed(): number {
    const first = this.uint(1);
    if (first < 251) return first;
    if (first === 252) return this.uint(2);
    if (first === 253) return this.uint(3);
    return Number(this.uint64());
  }

  /** The next bytes: a view, not a copy. */
  take(size: number): Buffer {
    const start = this.#advance(size);
    return this.bytes.subarray(start, start + size);
  }

  /** Everything that is left: a view, not a copy. */
  rest(): Buffer {
    return this.take(this.remaining);
  }

  skip(size: number): void {
    this.#advance(size);
  }

  #advance(size: number): number {
    if (size > this.remaining) throw brokenEvent(`${size} bytes wanted, ${this.remaining} left`);
    const start = this.#offset;
    this.#offset += size;
    return start;
  }
}

/** A binlog event that can't be read as its kind says. */
export function brokenEvent(reason: string): LockstepError {
  return new LockstepError(
    'PLUGIN_FAILED',
    `an event of the binlog can't be read, or none begins at the place where the worker was told to begin: ${reason}`,
    { plugin: 'mysql' },
  );
}

/** Whether a bit of a bitmap is set, the first bit being the lowest of the first byte. */
export function hasBit(bitmap: Buffer, index: number): boolean {
  return (((bitmap[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
}
