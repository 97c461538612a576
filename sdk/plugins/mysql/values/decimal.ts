import type { ByteReader } from '../binlog/byte-reader';

/** Nine decimal digits take four bytes; fewer take so many. */
const DIGITS_PER_WORD = 9;
const BYTES_OF_DIGITS = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4] as const;

/** How many bytes a DECIMAL takes. */
export function decimalBytes(precision: number, scale: number): number {
  return partBytes(precision - scale) + partBytes(scale);
}

/** A DECIMAL of its binary form as text, with all its digits behind the point. */
export function readDecimal(reader: ByteReader, precision: number, scale: number): string {
  const bytes = Buffer.from(reader.take(decimalBytes(precision, scale)));
  // The sign is the first bit, inverted; a negative number has all its bits inverted.
  const isNegative = (bytes.readUInt8(0) & 0x80) === 0;
  bytes.writeUInt8(bytes.readUInt8(0) ^ 0x80, 0);
  if (isNegative) for (const [index, byte] of bytes.entries()) bytes[index] = byte ^ 0xff;
  const wholeDigits = precision - scale;
  const whole = readDigits(bytes.subarray(0, partBytes(wholeDigits)), leadingSizes(wholeDigits)).replace(
    /^0+(?=.)/u,
    '',
  );
  const fraction = readDigits(bytes.subarray(partBytes(wholeDigits)), leadingSizes(scale).reverse());
  return `${isNegative ? '-' : ''}${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function partBytes(digits: number): number {
  return Math.floor(digits / DIGITS_PER_WORD) * 4 + (BYTES_OF_DIGITS[digits % DIGITS_PER_WORD] ?? 0);
}

/** How many digits each word has, the incomplete one first, as before the point. */
function leadingSizes(digits: number): number[] {
  const rest = digits % DIGITS_PER_WORD;
  const words = Array.from({ length: Math.floor(digits / DIGITS_PER_WORD) }, () => DIGITS_PER_WORD);
  return rest === 0 ? words : [rest, ...words];
}

function readDigits(bytes: Buffer, sizes: readonly number[]): string {
  let [text, offset] = ['', 0];
  for (const digits of sizes) {
    const size = BYTES_OF_DIGITS[digits] ?? 4;
    text += String(bytes.readUIntBE(offset, size)).padStart(digits, '0');
    offset += size;
  }
  return text;
}
