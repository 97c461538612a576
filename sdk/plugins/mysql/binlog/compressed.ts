import { inflateSync } from 'node:zlib';
import { brokenEvent } from './byte-reader';
import { EventType } from './event-header';

/** Which events MariaDB's `log_bin_compress` compresses. */
export function isCompressed(type: number): boolean {
  return type >= EventType.mariadbQueryCompressed && type <= EventType.mariadbDeleteRowsCompressed;
}

/** Undo MariaDB's compression: a byte with the method and the size of the length, the length, a zlib stream. */
export function inflate(bytes: Buffer): Buffer {
  const first = bytes[0] ?? 0;
  const lengthSize = first & 0x07;
  if ((first & 0xf0) !== 0x80 || lengthSize === 0 || lengthSize > 4) throw brokenEvent('an unknown compression');
  const length = bytes.readUIntBE(1, lengthSize);
  const content = inflateSync(bytes.subarray(1 + lengthSize), { maxOutputLength: Math.max(1, length) });
  if (content.length !== length) throw brokenEvent('a compressed part of another length');
  return content;
}

/** A compressed statement as an ordinary one: only its text is compressed. */
export function inflateQuery(body: Buffer): Buffer {
  const textAt = 13 + body.readUInt16LE(11) + body.readUInt8(8) + 1;
  return Buffer.concat([body.subarray(0, textAt), inflate(body.subarray(textAt))]);
}
