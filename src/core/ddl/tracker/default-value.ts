import { TypeCode } from '../../table/column-type';
import type { ColumnType } from '../../table/column-type';
import type { Expression } from '../ast';
import { printExpression } from '../printer/expression';
import { byteLength, bytesOfInteger, integerOfBytes, rawText, textOfBytes } from './byte-text';
import { INTEGER_CODES } from './data-type';
import { readLiteral } from './literal';
import type { Literal } from './literal';
import { memberDefault } from './member-default';
import { formatReal, isNumeric, normaliseDecimal, normaliseInteger, roundReal, roundToInteger } from './numeric-text';
import { notApplicable } from './refusal';
import { normaliseDuration, normaliseMoment } from './temporal-text';

/** What is recorded of a DEFAULT clause. */
export interface DefaultValue {
  /** Null: `DEFAULT NULL`. */
  readonly value: string | null;
  readonly isExpression: boolean;
}

/** A literal that has a text of its own. */
type Value = Exclude<Literal, { kind: 'null' | 'now' | 'expression' }>;

/**
 * A DEFAULT clause as TiDB records it: normalised by the column's type, so that two ways to write the same value are
 * the same text. `column` names the column in errors.
 * @throws LockstepError DDL_NOT_APPLICABLE for a value that the type cannot hold
 */
export function evaluateDefault(column: string, type: ColumnType, expression: Expression): DefaultValue {
  const literal = readLiteral(expression);
  switch (literal.kind) {
    case 'null':
      return { value: null, isExpression: false };
    case 'expression':
      return computed(literal.expression);
    case 'now':
      return currentTime(type, literal.name, expression);
    default:
      return { value: padBinary(type, convert(column, type, literal)), isExpression: false };
  }
}

/**
 * The current time of a date or time; its fraction digits live in the type. Of other types (MariaDB, and MySQL's
 * defaults in brackets) it is an expression like any other.
 */
function currentTime(type: ColumnType, now: string, expression: Expression): DefaultValue {
  const isMoment = [TypeCode.timestamp, TypeCode.datetime, TypeCode.date].some((code) => code === type.code);
  return isMoment ? { value: now, isExpression: false } : computed(expression);
}

function computed(expression: Expression): DefaultValue {
  return { value: printExpression(expression, 'table-info'), isExpression: true };
}

function convert(column: string, type: ColumnType, literal: Value): string {
  if (type.code === TypeCode.bit) return bitDefault(column, type, literal);
  if (INTEGER_CODES.has(type.code)) return integerDefault(literal);
  switch (type.code) {
    case TypeCode.float:
    case TypeCode.double:
      return required(column, literal, realDefault(type, literal));
    case TypeCode.date:
    case TypeCode.datetime:
    case TypeCode.timestamp:
      return required(column, literal, normaliseMoment(textOf(literal), type.code, type.decimals));
    case TypeCode.time:
      return required(column, literal, normaliseDuration(textOf(literal), type.decimals));
    case TypeCode.enum:
    case TypeCode.set:
      return required(column, literal, memberDefault(type, memberText(literal), literal.kind === 'integer'));
    case TypeCode.decimal:
    case TypeCode.year:
      return literal.kind === 'bytes' ? integerOfBytes(literal.bytes).toString() : textOf(literal);
    default:
      return memberText(literal);
  }
}

/** A text that isn't a number stays as it is: the server that accepted it knows why. */
function integerDefault(literal: Value): string {
  if (literal.kind === 'bytes') return integerOfBytes(literal.bytes).toString();
  if (literal.kind === 'integer') return literal.text;
  return roundToInteger(literal.text) ?? literal.text;
}

/** Null: beyond the range of the type. */
function realDefault(type: ColumnType, literal: Value): string | null {
  const text = textOf(literal);
  if (!isNumeric(text)) return text;
  const value = Number(text);
  const rounded = type.decimals >= 0 ? roundReal(value, type.decimals) : value;
  const isSingle = type.code === TypeCode.float;
  if (!Number.isFinite(isSingle ? Math.fround(rounded) : rounded)) return null;
  return formatReal(rounded, isSingle ? 'single' : 'double');
}

/** Raw bytes: those of a bit or hex literal as written, the fewest of a number, those of a text. */
function bitDefault(column: string, type: ColumnType, literal: Value): string {
  const bytes = bitBytes(literal);
  if (integerOfBytes(bytes) >= 1n << BigInt(type.length)) throw invalidDefault(column, textOf(literal));
  return rawText(bytes);
}

function bitBytes(literal: Value): readonly number[] {
  switch (literal.kind) {
    case 'bytes':
      return literal.bytes;
    case 'integer':
      return bytesOfInteger(BigInt(literal.text));
    default:
      return Array.from(textOf(literal), (character) => (character.codePointAt(0) ?? 0) & 0xff);
  }
}

/** BINARY(n) is filled with zero bytes. */
function padBinary(type: ColumnType, value: string): string {
  if (type.code !== TypeCode.char || type.charset !== 'binary') return value;
  return value + '\0'.repeat(Math.max(0, type.length - byteLength(value)));
}

/** The text of a literal where bytes stand for characters. */
function memberText(literal: Value): string {
  return literal.kind === 'bytes' ? textOfBytes(literal.bytes) : textOf(literal);
}

function textOf(literal: Value): string {
  switch (literal.kind) {
    case 'bytes':
      return integerOfBytes(literal.bytes).toString();
    case 'integer':
      return normaliseInteger(literal.text);
    case 'decimal':
      return normaliseDecimal(literal.text);
    case 'real':
      return formatReal(Number(literal.text), 'double');
    default:
      return literal.text;
  }
}

function required(column: string, literal: Value, value: string | null): string {
  if (value === null) throw invalidDefault(column, memberText(literal));
  return value;
}

function invalidDefault(column: string, value: string): Error {
  return notApplicable(`invalid default value for column ${column}: ${value}`, { column });
}
