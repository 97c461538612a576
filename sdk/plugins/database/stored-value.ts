import { ColumnFlag, TypeCode } from '../../../src/core/table/column-type';
import { implicitDefault } from '../../../src/core/table/missing-column';
import type { Column } from '../../../src/core/table/table-schema';
import type { JsonValue } from '../../plugin';
import { refuse } from './sql-error';
import { isIntegerCode, storeDecimal, storeFloat, storeInteger } from './stored-number';
import { storeDate, storeDatetime, storeTime } from './stored-temporal';

/** Types whose length is counted in bytes, whatever was written. */
const BLOBS: ReadonlySet<number> = new Set([TypeCode.tinyblob, TypeCode.blob, TypeCode.mediumblob, TypeCode.longblob]);

/**
 * A value as its column keeps it, the same for every way to write it: `'7'` and `7` are both 7 in an INT.
 * @throws SqlError for what MySQL's strict mode refuses: null in NOT NULL, out of range, too long, not a date, …
 */
export function storeValue(column: Column, value: JsonValue): JsonValue {
  const { name, type } = column;
  if (value === null) {
    return (type.flags & ColumnFlag.notNull) === 0 ? null : refuse('columnNull', `Column '${name}' cannot be null`);
  }
  const text = textOf(value);
  if (isIntegerCode(type.code)) return storeInteger(name, text, type);
  switch (type.code) {
    case TypeCode.decimal:
      return storeDecimal(name, text, type);
    case TypeCode.float:
    case TypeCode.double:
      return storeFloat(name, text);
    case TypeCode.year:
    case TypeCode.bit:
      return storeInteger(name, text, { ...type, code: TypeCode.bigint, flags: ColumnFlag.unsigned });
    case TypeCode.date:
      return storeDate(name, text);
    case TypeCode.datetime:
    case TypeCode.timestamp:
      return storeDatetime(name, text, type.decimals);
    case TypeCode.time:
      return storeTime(name, text, type.decimals);
    default:
      return storeText(column, text);
  }
}

function storeText(column: Column, text: string): string {
  const { name, type } = column;
  switch (type.code) {
    case TypeCode.json:
      return storeJson(name, text);
    case TypeCode.enum:
      return memberOf(column, text);
    case TypeCode.set:
      return setOf(column, text);
    default: {
      const kept = type.code === TypeCode.char && type.collation !== 'binary' ? text.trimEnd() : text;
      const length =
        BLOBS.has(type.code) || type.collation === 'binary' ? Buffer.byteLength(kept) : Array.from(kept).length;
      return type.length >= 0 && length > type.length ? refuse('tooLong', `Data too long for column '${name}'`) : kept;
    }
  }
}

function storeJson(column: string, text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return refuse('badJson', `Invalid JSON text in value for column '${column}'`);
  }
}

function memberOf({ name, type }: Column, text: string): string {
  const member = (type.members ?? []).find((known) => known.toLowerCase() === text.toLowerCase());
  return member ?? refuse('truncated', `Data truncated for column '${name}'`);
}

/** Members in the order of their definition, each once. */
function setOf(column: Column, text: string): string {
  const chosen = new Set(text === '' ? [] : text.split(',').map((part) => memberOf(column, part)));
  return (column.type.members ?? []).filter((member) => chosen.has(member)).join(',');
}

function textOf(value: Exclude<JsonValue, null>): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * The value of a column in a row that doesn't say one.
 * @param nowText what CURRENT_TIMESTAMP is
 * @throws SqlError 1364 for a column that must be given
 */
export function defaultOf(column: Column, nowText: string): JsonValue {
  const { name, type, defaultValue } = column;
  if (defaultValue === 'CURRENT_TIMESTAMP') return storeValue(column, nowText);
  if (defaultValue !== null) return storeValue(column, defaultValue);
  if ((type.flags & ColumnFlag.noDefaultValue) !== 0 && (type.flags & ColumnFlag.autoIncrement) === 0)
    return refuse('noDefault', `Field '${name}' doesn't have a default value`);
  return null;
}

/** The value that rows of before get for a column that ALTER adds: its default, or its type's zero if it must have one. */
export function valueOfAdded(column: Column, nowText: string): JsonValue {
  if (column.defaultValue !== null) return defaultOf(column, nowText);
  if ((column.type.flags & ColumnFlag.notNull) === 0) return null;
  const { code, length, decimals, collation, members } = column.type;
  return storeValue(column, implicitDefault({ code, length, decimals, collation, members }) || zeroOf(column));
}

/** The zero of BIT is no bytes, which is the number 0. */
function zeroOf({ type }: Column): string {
  return type.code === TypeCode.bit ? '0' : '';
}
