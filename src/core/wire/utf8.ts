import { LockstepError } from '../model/error';

/** What stands for a character that isn't one: a lone surrogate, or damaged bytes. */
const REPLACEMENT = '\uFFFD';

const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** The text with every lone surrogate replaced by U+FFFD, as Go's JSON decoder does with `"\ud800"`. */
export function wellFormed(text: string): string {
  return LONE_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, REPLACEMENT) : text;
}

/** The UTF-8 bytes of `text`; a lone surrogate is written as U+FFFD, because UTF-8 has no other form for it. */
export function encodeUtf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) appendCodePoint(bytes, character.codePointAt(0) ?? 0);
  return bytes;
}

function appendCodePoint(bytes: number[], point: number): void {
  if (point < 0x80) bytes.push(point);
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), continuation(point));
  else if (point >= 0xd800 && point < 0xe000) bytes.push(0xef, 0xbf, 0xbd);
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), continuation(point >> 6), continuation(point));
  else bytes.push(0xf0 | (point >> 18), continuation(point >> 12), continuation(point >> 6), continuation(point));
}

function continuation(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

/**
 * The text that the bytes hold as UTF-8. Nothing is replaced: two byte strings never give one text.
 * @throws LockstepError INVALID_INPUT with the offset of the first byte that isn't valid UTF-8 (overlong forms,
 *   surrogates and points beyond U+10FFFF included)
 */
export function decodeUtf8(bytes: readonly number[]): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    // Keys are mostly ASCII, and they are read for every change of the store.
    const { point, length } = first < 0x80 ? { point: first, length: 1 } : decodeCodePoint(bytes, at);
    text += String.fromCodePoint(point);
    at += length;
  }
  return text;
}

/** By number of bytes: the lowest code point that needs so many; a smaller one is overlong. */
const LOWEST = [0, 0, 0x80, 0x800, 0x10000] as const;

function decodeCodePoint(bytes: readonly number[], at: number): { point: number; length: number } {
  const first = bytes[at] ?? 0;
  const length = sequenceLength(first);
  let point = length === 1 ? first : first & (0x7f >> length);
  for (let index = 1; index < length; index += 1) {
    const next = bytes[at + index] ?? 0;
    if ((next & 0xc0) !== 0x80) return failUtf8(at + index);
    point = (point << 6) | (next & 0x3f);
  }
  const surrogate = point >= 0xd800 && point < 0xe000;
  if (length === 0 || point < (LOWEST[length] ?? 0) || point > 0x10ffff || surrogate) return failUtf8(at);
  return { point, length };
}

/** How many bytes the sequence has that starts with `first`; 0 if none starts so. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc0 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xf0 && first < 0xf8 ? 4 : 0;
}

function failUtf8(offset: number): never {
  throw new LockstepError('INVALID_INPUT', `not valid UTF-8 at byte ${offset}`, { offset });
}

/**
 * The order of two texts by their UTF-8 bytes (negative: `a` first; 0: equal), as Go sorts map keys and stores sort keys.
 * It differs from the order of JavaScript's strings only where one has a character beyond U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** A code unit in the order of code points: surrogates stand for points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
