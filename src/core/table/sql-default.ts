import { bytesOfText } from './byte-string';
import { ColumnFlag, TypeCode } from './column-type';
import { executableExpression } from './stored-expression';
import type { Column } from './table-schema';

/** Types whose default MySQL takes only in brackets, as an expression. */
const IN_BRACKETS: ReadonlySet<number> = new Set([
  TypeCode.json,
  TypeCode.tinyblob,
  TypeCode.blob,
  TypeCode.mediumblob,
  TypeCode.longblob,
]);

const CURRENT_TIMESTAMP = 'CURRENT_TIMESTAMP';

/** Recorded defaults of a DATE that are functions, which MySQL takes in brackets. */
const CURRENT_DAY = /^CURRENT_(?:DATE|TIMESTAMP)$/iu;

/** The `DEFAULT` and `ON UPDATE` clauses of a column, each with a space before; empty without. */
export function sqlDefault(column: Column): string {
  const { flags } = column.type;
  const onUpdate = (flags & ColumnFlag.onUpdateNow) === 0 ? '' : ` ON UPDATE ${now(column)}`;
  if (column.generated !== null) return '';
  return defaultClause(column) + onUpdate;
}

function defaultClause(column: Column): string {
  const { code, flags } = column.type;
  const { defaultValue } = column;
  // TiDB records a value for a YEAR that has no DEFAULT clause.
  if ((flags & ColumnFlag.noDefaultValue) !== 0) return '';
  if (defaultValue === null) {
    return (flags & ColumnFlag.notNull) === 0 && !IN_BRACKETS.has(code) ? ' DEFAULT NULL' : '';
  }
  if (column.defaultIsExpression) return ` DEFAULT (${executableExpression(defaultValue)})`;
  if (code === TypeCode.date && CURRENT_DAY.test(defaultValue)) return ` DEFAULT (${defaultValue.toUpperCase()})`;
  const text = literal(column, defaultValue);
  return IN_BRACKETS.has(code) ? ` DEFAULT (${text})` : ` DEFAULT ${text}`;
}

function literal(column: Column, value: string): string {
  const { code, collation } = column.type;
  const isTime = code === TypeCode.timestamp || code === TypeCode.datetime;
  if (isTime && value.toUpperCase() === CURRENT_TIMESTAMP) return now(column);
  if (code === TypeCode.bit) return `b'${bits(value)}'`;
  if (collation === 'binary' && isDamaged(value)) return `x'${hex(bytesOfText(value))}'`;
  return sqlText(value);
}

function now({ type }: Column): string {
  return type.decimals > 0 ? `${CURRENT_TIMESTAMP}(${type.decimals})` : CURRENT_TIMESTAMP;
}

/** A text as a literal that MySQL reads in its default SQL mode. */
export function sqlText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\0', '\\0');
  return `'${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

/** Whether a text holds bytes that aren't characters. */
function isDamaged(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

function bits(bytes: string): string {
  const digits = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(2).padStart(8, '0')).join('');
  const significant = digits.replace(/^0+/u, '');
  return significant === '' ? '0' : significant;
}

function hex(bytes: string): string {
  return Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
