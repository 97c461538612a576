/**
 * The text that bytes stand for as UTF-8, given as one character U+0000–U+00FF a byte (the form of BIT defaults). A byte
 * that is part of no valid sequence becomes the lone surrogate U+DC00 + byte, which no text from outside holds: so texts
 * differ where bytes differ, and writing such a text as UTF-8 gives U+FFFD, as Go does.
 */
export function textOfByteString(bytes: string): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const size = sequenceSize(bytes, at);
    text += String.fromCodePoint(size === 0 ? 0xdc00 + bytes.charCodeAt(at) : pointAt(bytes, at, size));
    at += Math.max(size, 1);
  }
  return text;
}

/** The text with U+FFFD for every lone surrogate. */
export function replaceLoneSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The number of bytes of the UTF-8 sequence at `at`, or 0 if none is valid there. */
function sequenceSize(bytes: string, at: number): number {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return 1;
  const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > bytes.length) return 0;
  for (let next = at + 1; next < at + size; next++) if ((bytes.charCodeAt(next) & 0xc0) !== 0x80) return 0;
  const point = pointAt(bytes, at, size);
  const overlong = point < (size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000);
  return overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0 : size;
}

function pointAt(bytes: string, at: number, size: number): number {
  const first = bytes.charCodeAt(at);
  let point = size === 1 ? first : first & (0x7f >> size);
  for (let next = at + 1; next < at + size; next++) point = (point << 6) | (bytes.charCodeAt(next) & 0x3f);
  return point;
}

/** The UTF-8 bytes of a text, one character a byte; the inverse of `textOfByteString`. */
export function bytesOfText(text: string): string {
  let bytes = '';
  for (const character of text) bytes += bytesOfPoint(character.codePointAt(0) ?? 0);
  return bytes;
}

function bytesOfPoint(point: number): string {
  if (point >= 0xdc80 && point <= 0xdcff) return String.fromCharCode(point - 0xdc00);
  if (point < 0x80) return String.fromCharCode(point);
  const next = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x800) return String.fromCharCode(0xc0 | (point >> 6), next(0));
  if (point < 0x10000) return String.fromCharCode(0xe0 | (point >> 12), next(6), next(0));
  return String.fromCharCode(0xf0 | (point >> 18), next(12), next(6), next(0));
}
