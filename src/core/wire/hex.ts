import { LockstepError } from '../model/error';
import { decodeUtf8, encodeUtf8 } from './utf8';

const HEX = /^(?:[0-9a-f]{2})*$/iu;

/** By byte: its two lower-case hex digits. */
const DIGITS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hex of the UTF-8 bytes of `text`, as DM writes the parts of its keys. */
export function encodeHex(text: string): string {
  let hex = '';
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Names are mostly ASCII, and a key is written for every change that is planned.
    if (unit >= 0x80) return encodeBytes(encodeUtf8(text));
    hex += DIGITS[unit] ?? '';
  }
  return hex;
}

function encodeBytes(bytes: readonly number[]): string {
  return bytes.map((byte) => DIGITS[byte] ?? '').join('');
}

/**
 * The text whose UTF-8 bytes `hex` gives; upper-case digits are read too, as DM does.
 * @throws LockstepError INVALID_INPUT if it isn't hex of whole bytes, or the bytes aren't valid UTF-8
 */
export function decodeHex(hex: string): string {
  return decodeAscii(hex) ?? decodeBytes(hex);
}

/** By code unit: the value of a lower-case hex digit; 16 for everything else. */
const VALUES: readonly number[] = Array.from({ length: 128 }, (_, unit) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(unit));
  return value < 0 ? 16 : value;
});

/** The text, if it is ASCII in lower-case hex as nearly every key has it; null: look closer. */
function decodeAscii(hex: string): string | null {
  if (hex.length % 2 !== 0) return null;
  let text = '';
  for (let at = 0; at < hex.length; at += 2) {
    const high = VALUES[hex.charCodeAt(at)] ?? 16;
    const low = VALUES[hex.charCodeAt(at + 1)] ?? 16;
    if (high > 7 || low > 15) return null;
    text += String.fromCharCode(high * 16 + low);
  }
  return text;
}

function decodeBytes(hex: string): string {
  if (!HEX.test(hex)) throw new LockstepError('INVALID_INPUT', `not hex: ${hex}`, { text: hex });
  const bytes: number[] = [];
  for (let at = 0; at < hex.length; at += 2) bytes.push(Number.parseInt(hex.slice(at, at + 2), 16));
  return decodeUtf8(bytes);
}
