import { LockstepError } from '../model/error';
import { decodeUtf8, encodeUtf8 } from './utf8';

const HEX = /^(?:[0-9a-f]{2})*$/iu;

/** By byte: its two lower-case hex digits. */
const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex of the UTF-8 bytes of `text`, as DM writes the parts of its keys. */
export function encodeHex(text: string): string {
  let hex = '';
  for (const byte of encodeUtf8(text)) hex += DIGITS[byte] ?? '';
  return hex;
}

/**
 * The text whose UTF-8 bytes `hex` gives; upper-case digits are read too, as DM does.
 * @throws LockstepError INVALID_INPUT if it isn't hex of whole bytes, or the bytes aren't valid UTF-8
 */
export function decodeHex(hex: string): string {
  if (!HEX.test(hex)) throw new LockstepError('INVALID_INPUT', `not hex: ${hex}`, { text: hex });
  const bytes: number[] = [];
  for (let at = 0; at < hex.length; at += 2) bytes.push(Number.parseInt(hex.slice(at, at + 2), 16));
  return decodeUtf8(bytes);
}
