import { ColumnFlag, TypeCode } from '../../../src/core/table/column-type';
import type { ColumnType } from '../../../src/core/table/column-type';
import { refuse } from './sql-error';

/** How many bits the integers of a type have. */
const BITS: ReadonlyMap<number, bigint> = new Map<number, bigint>([
  [TypeCode.tinyint, 8n],
  [TypeCode.smallint, 16n],
  [TypeCode.mediumint, 24n],
  [TypeCode.int, 32n],
  [TypeCode.bigint, 64n],
]);

const NUMBER = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/u;

/** Whether a type is an integer. */
export function isIntegerCode(code: number): boolean {
  return BITS.has(code);
}

/** An integer as it is stored: a number, or digits if a number can't hold it. @throws SqlError 1264, 1366 */
export function storeInteger(column: string, text: string, { code, flags }: ColumnType): number | string {
  const bits = BITS.get(code) ?? 64n;
  const value = roundToInteger(column, text);
  const isUnsigned = (flags & ColumnFlag.unsigned) !== 0;
  const least = isUnsigned ? 0n : -(1n << (bits - 1n));
  const most = isUnsigned ? (1n << bits) - 1n : (1n << (bits - 1n)) - 1n;
  if (value < least || value > most) return refuse('outOfRange', `Out of range value for column '${column}'`);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** A decimal as it is stored: text with all its digits behind the point. @throws SqlError 1264, 1366 */
export function storeDecimal(column: string, text: string, { length, decimals, flags }: ColumnType): string {
  const scale = Math.max(0, decimals);
  const { negative, units } = scaled(column, text, scale);
  const digits = units.toString().padStart(scale + 1, '0');
  const isNegative = negative && units !== 0n;
  const tooLong = length > 0 && units.toString().length > length;
  if (tooLong || (isNegative && (flags & ColumnFlag.unsigned) !== 0))
    return refuse('outOfRange', `Out of range value for column '${column}'`);
  const whole = digits.slice(0, digits.length - scale);
  return `${isNegative ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}

/** A floating-point number. @throws SqlError 1366 */
export function storeFloat(column: string, text: string): number {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : refuseNumber(column, text);
}

function roundToInteger(column: string, text: string): bigint {
  const { negative, units } = scaled(column, text, 0);
  return negative ? -units : units;
}

/** The number times 10 to the power of `scale`, rounded half away from zero, as MySQL does. */
function scaled(column: string, text: string, scale: number): { readonly negative: boolean; readonly units: bigint } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === '' && fraction === '') return refuseNumber(column, text);
  const shift = scale - fraction.length + Number(exponent);
  const digits = BigInt(whole + fraction);
  if (Math.abs(shift) > 400) return refuse('outOfRange', `Out of range value for column '${column}'`);
  if (shift >= 0) return { negative: sign === '-', units: digits * 10n ** BigInt(shift) };
  const divisor = 10n ** BigInt(-shift);
  return { negative: sign === '-', units: (digits + divisor / 2n) / divisor };
}

function refuseNumber(column: string, text: string): never {
  return refuse('badValue', `Incorrect value: '${text}' for column '${column}'`);
}
