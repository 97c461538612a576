import { TextDecoder } from 'node:util';
import type { JsonValue } from '../../../plugin';

/**
 * Bytes that no text of JavaScript holds exactly: binary data, and text in charsets that only the servers convert.
 * Their charset is `binary`, or the one that they are in.
 */
export interface EncodedBytes {
  readonly base64: string;
  readonly charset: string;
  readonly [name: string]: JsonValue;
}

/** Charsets whose bytes a text of JavaScript holds exactly, by the names that `TextDecoder` has for them. */
const DECODED: ReadonlyMap<string, string> = new Map([
  ['utf8', 'utf-8'],
  ['utf8mb3', 'utf-8'],
  ['utf8mb4', 'utf-8'],
  ['ascii', 'utf-8'],
  ['ucs2', 'utf-16be'],
  ['utf16', 'utf-16be'],
  ['utf16le', 'utf-16le'],
]);

/** What MySQL's latin1, which is Windows-1252, has from 0x80 to 0x9f; control characters where that has nothing. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

const decoders = new Map<string, TextDecoder>();

/** Bytes in a charset as text where that is exact, else as they are. */
export function readText(bytes: Buffer, charset: string): string | EncodedBytes {
  if (charset === 'latin1') return readLatin1(bytes);
  const label = DECODED.get(charset);
  if (label === undefined) return encodedBytes(bytes, charset);
  if (label === 'utf-8') {
    const text = bytes.toString('utf8');
    // The sign for what couldn't be decoded; it may also be what was written.
    if (!text.includes('\u{fffd}')) return text;
  }
  try {
    return decoderOf(label).decode(bytes);
  } catch {
    // What it says of bytes that aren't of the charset, and of nothing else.
    return encodedBytes(bytes, charset);
  }
}

/** Whether text in a charset becomes text, where its bytes are of the charset. */
export function isDecoded(charset: string): boolean {
  return charset === 'latin1' || DECODED.has(charset);
}

/** Not by `TextDecoder`: that of some versions of Node.js takes Windows-1252 for ISO 8859-1. */
function readLatin1(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/[\x80-\x9f]/gu, (character) => WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80));
}

/** Bytes as a value. */
export function encodedBytes(bytes: Buffer, charset = 'binary'): EncodedBytes {
  return { base64: bytes.toString('base64'), charset };
}

/** Whether a value of a row is bytes. */
export function isEncodedBytes(value: JsonValue): value is EncodedBytes {
  return typeof value === 'object' && value !== null && 'base64' in value && 'charset' in value;
}

function decoderOf(label: string): TextDecoder {
  const known = decoders.get(label) ?? new TextDecoder(label, { fatal: true, ignoreBOM: true });
  decoders.set(label, known);
  return known;
}
