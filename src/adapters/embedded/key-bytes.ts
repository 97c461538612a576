/**
 * The keys of the embedded store's tables, as bytes that LMDB orders as memcmp does. No key of the port holds U+0000, and
 * no UTF-8 text holds the byte 0xff.
 */

/** A key of the port. */
export function encodeKey(key: string): Buffer {
  return Buffer.from(key);
}

/** A revision: eight bytes, big-endian. */
export function encodeRevisionKey(revision: number): Buffer {
  return writeRevision(Buffer.allocUnsafe(8), revision, 0);
}

/** The inverse of `encodeRevisionKey`. */
export function decodeRevisionKey(bytes: Buffer): number {
  return bytes.readUInt32BE(0) * 2 ** 32 + bytes.readUInt32BE(4);
}

/** A former value: its key, U+0000, its revision. */
export function encodePastKey(key: string, revision: number): Buffer {
  const length = Buffer.byteLength(key);
  const bytes = Buffer.allocUnsafe(length + 9);
  bytes.write(key);
  bytes.writeUInt8(0, length);
  return writeRevision(bytes, revision, length + 1);
}

/** A lease's hold of a key: the lease, U+0000, the key. */
export function encodeAttachment(lease: string, key: string): Buffer {
  return Buffer.from(`${lease}\0${key}`);
}

/** The bounds of all keys that begin with a text. */
export function prefixBounds(prefix: string): { start: Buffer; end: Buffer } {
  const start = Buffer.from(prefix);
  return { start: start.length === 0 ? Buffer.of(0) : start, end: Buffer.concat([start, Buffer.of(0xff)]) };
}

function writeRevision(bytes: Buffer, revision: number, at: number): Buffer {
  bytes.writeUInt32BE(Math.floor(revision / 2 ** 32), at);
  bytes.writeUInt32BE(revision % 2 ** 32, at + 4);
  return bytes;
}
