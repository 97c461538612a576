import { notApplicable } from './refusal';

/** A number as MySQL writes it in a text: sign, digits, fraction, exponent. */
const NUMBER = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/;

/** Digits before or after the point; no numeric type has as many. */
const MAX_DIGITS = 400;

/** A decimal number: its digits stand before and after the point. */
interface DecimalParts {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

/** Whether a text is a number and nothing else. */
export function isNumeric(text: string): boolean {
  return partsOf(text) !== null;
}

/** Whether a number is written as an integer: without point and exponent. */
export function isInteger(text: string): boolean {
  return /^\s*[+-]?\d+\s*$/.test(text);
}

/** An integer without leading zeros, `+` and minus zero. */
export function normaliseInteger(text: string): string {
  const digits = text.trim().replace(/^\+/, '');
  return isTooLong(digits) ? refuseSize(text) : BigInt(digits).toString();
}

function isTooLong(digits: string): boolean {
  return digits.length > MAX_DIGITS && digits.replace(/^-?0*/, '').length > MAX_DIGITS;
}

function refuseSize(text: string): never {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  throw notApplicable(`the number ${shown} is beyond the range of every type`);
}

/** The result of arithmetic; null: it has more digits than any type holds. */
export function integerText(value: bigint): string | null {
  const text = value.toString();
  return isTooLong(text) ? null : text;
}

/** A number rounded to an integer, halves away from zero; null if the text isn't a number. */
export function roundToInteger(text: string): string | null {
  const parts = partsOf(text);
  if (parts === null) return null;
  const up = (parts.fraction[0] ?? '0') >= '5';
  const magnitude = BigInt(parts.whole) + (up ? 1n : 0n);
  return (parts.negative ? -magnitude : magnitude).toString();
}

/** A decimal literal as TiDB keeps it: digits as written, at least one before the point, no exponent. */
export function normaliseDecimal(text: string): string {
  const parts = partsOf(text);
  if (parts === null) return text;
  const sign = parts.negative ? '-' : '';
  return parts.fraction === '' ? `${sign}${parts.whole}` : `${sign}${parts.whole}.${parts.fraction}`;
}

/** The shortest digits that read back as the same number of double or single precision, without an exponent. */
export function formatReal(value: number, precision: 'double' | 'single'): string {
  return normaliseDecimal(precision === 'double' ? String(value) : shortestSingle(value));
}

/** A number rounded to `decimals` digits, halves to the even one, as TiDB rounds numbers of the type FLOAT(m, d). */
export function roundReal(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  const scaled = value * scale;
  if (!Number.isFinite(scaled)) return value;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const isUp = rest === 0.5 ? floor % 2 !== 0 : rest > 0.5;
  return (isUp ? floor + 1 : floor) / scale;
}

/** Nine digits tell all numbers of single precision apart. */
function shortestSingle(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits += 1) {
    const text = single.toPrecision(digits);
    if (Math.fround(Number(text)) === single) return String(Number(text));
  }
  return String(Number(single.toPrecision(9)));
}

function partsOf(text: string): DecimalParts | null {
  const [, sign, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') return null;
  const shift = Number(exponent);
  const digits = whole + fraction;
  const isZero = /^0*$/.test(digits);
  if (isTooLong(whole) || (shift > MAX_DIGITS && !isZero)) refuseSize(text);
  // So near to zero, or zero itself, whatever the exponent.
  if (Math.abs(shift) > MAX_DIGITS) return { negative: sign === '-', whole: '0', fraction: '' };
  const point = whole.length + shift;
  const before = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const after = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  return { negative: sign === '-', whole: before.replace(/^0+(?=\d)/, ''), fraction: after };
}
