import { LockstepError } from '../model/error';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;

/** Standard base64 with padding of bytes, given as one character U+0000–U+00FF a byte. */
export function encodeBase64(bytes: string): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const count = Math.min(bytes.length - at, 3);
    const bits = (byteAt(bytes, at) << 16) | (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at + 2);
    for (let digit = 0; digit < 4; digit++) {
      text += digit <= count ? ALPHABET.charAt((bits >> (18 - 6 * digit)) & 0x3f) : '=';
    }
  }
  return text;
}

/**
 * The bytes of standard base64 with padding, one character a byte.
 * @throws LockstepError INVALID_INPUT if it isn't that
 */
export function decodeBase64(text: string): string {
  if (!BASE64.test(text)) throw new LockstepError('INVALID_INPUT', `not base64: ${text}`, { text });
  let bytes = '';
  for (let at = 0; at < text.length; at += 4) {
    const digits = [0, 1, 2, 3].map((digit) => ALPHABET.indexOf(text.charAt(at + digit)));
    const bits = digits.reduce((sum, digit) => (sum << 6) | Math.max(digit, 0), 0);
    const count = digits.filter((digit) => digit >= 0).length - 1;
    for (let byte = 0; byte < count; byte++) bytes += String.fromCharCode((bits >> (16 - 8 * byte)) & 0xff);
  }
  return bytes;
}

function byteAt(bytes: string, at: number): number {
  return at < bytes.length ? bytes.charCodeAt(at) & 0xff : 0;
}
