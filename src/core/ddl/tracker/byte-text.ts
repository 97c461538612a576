import { textOfByteString } from '../../table/byte-string';
import { notApplicable } from './refusal';

/** Bytes as text, with a lone surrogate for a byte that is no part of valid UTF-8 (`textOfByteString`; deviation 8). */
export function textOfBytes(bytes: readonly number[]): string {
  return textOfByteString(rawText(bytes));
}

/** How many bytes a text of `textOfBytes`, or any other text, takes as UTF-8. */
export function byteLength(text: string): number {
  let length = 0;
  for (const character of text) length += characterSize(character.codePointAt(0) ?? 0);
  return length;
}

/** The bytes of hex digits; an odd number of digits has a zero before it, as in MySQL. */
export function bytesOfHex(digits: string): readonly number[] {
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Array.from({ length: even.length / 2 }, (_, index) =>
    Number.parseInt(even.slice(index * 2, index * 2 + 2), 16),
  );
}

/** The bytes of a bit literal's digits, filled with zeros on the left to whole bytes. */
export function bytesOfBits(digits: string): readonly number[] {
  const whole = digits.padStart(Math.ceil(digits.length / 8) * 8, '0');
  return Array.from({ length: whole.length / 8 }, (_, index) =>
    Number.parseInt(whole.slice(index * 8, index * 8 + 8), 2),
  );
}

/** The fewest bytes, at least one, that hold a number. @throws LockstepError DDL_NOT_APPLICABLE for a negative one */
export function bytesOfInteger(value: bigint): readonly number[] {
  if (value < 0n) throw notApplicable(`a BIT default must not be negative: ${value.toString()}`);
  return bytesOfHex(value.toString(16));
}

/**
 * The number that bytes stand for, the first byte being the highest.
 * @throws LockstepError DDL_NOT_APPLICABLE for more than 64 bits, which are no number in MySQL
 */
export function integerOfBytes(bytes: readonly number[]): bigint {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = first < 0 ? [] : bytes.slice(first);
  if (significant.length > 8) throw notApplicable(`${significant.length} bytes are too many for a number`);
  return significant.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

/** One character U+0000–U+00FF a byte, as the model keeps BIT defaults. */
export function rawText(bytes: readonly number[]): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function characterSize(code: number): number {
  if (code >= 0xdc80 && code <= 0xdcff) return 1;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
