import { LockstepError } from '../../../../src/core/model/error';
import { ColumnFlag, TypeCode } from '../../../../src/core/table/column-type';
import type { Column } from '../../../../src/core/table/table-schema';
import type { JsonValue } from '../../../plugin';
import type { ByteReader } from '../binlog/byte-reader';
import { LogType } from '../binlog/log-type';
import type { LogColumn } from '../binlog/table-map';
import { readDecimal } from './decimal';
import { jsonText } from './json-binary';
import { encodedBytes, readText } from './text';
import * as temporal from './temporal';

/** Reads one value of a column from a row's bytes. */
export type DecodeColumn = (reader: ByteReader) => JsonValue;

/** Integers by their bytes. */
const INTEGERS: ReadonlyMap<number, number> = new Map<number, number>([
  [LogType.tiny, 1],
  [LogType.short, 2],
  [LogType.int24, 3],
  [LogType.long, 4],
]);

/**
 * How values of a column are read: the log says how they are laid out, the schema what they mean (sign, charset, members).
 * @throws LockstepError EVENT_UNSUPPORTED for a type that can't be read exactly
 */
export function columnDecoder({ type, meta }: LogColumn, column: Column): DecodeColumn {
  const isUnsigned = (column.type.flags & ColumnFlag.unsigned) !== 0;
  const size = INTEGERS.get(type);
  if (size !== undefined) return isUnsigned ? (reader) => reader.uint(size) : (reader) => reader.int(size);
  switch (type) {
    case LogType.longlong:
      return isUnsigned ? (reader) => integer(reader.uint64()) : (reader) => integer(reader.int64());
    case LogType.float:
      return (reader) => finite(reader.float());
    case LogType.double:
      return (reader) => finite(reader.double());
    case LogType.decimal:
      return (reader) => readDecimal(reader, meta & 0xff, meta >> 8);
    case LogType.bit:
      return (reader) => readBits(reader, (meta >> 8) + ((meta & 0xff) === 0 ? 0 : 1));
    case LogType.enum:
      return (reader) => memberAt(column, reader.uint(meta));
    case LogType.set:
      return (reader) => membersOf(column, readBigInt(reader.take(meta), 'little'));
    case LogType.json:
      return (reader) => jsonText(reader.take(reader.uint(meta)));
    default:
      return temporalDecoder(type, meta, column) ?? textDecoder({ type, meta }, column);
  }
}

function temporalDecoder(type: number, meta: number, column: Column): DecodeColumn | null {
  switch (type) {
    case LogType.date:
    case LogType.newDate:
      return temporal.readDate;
    case LogType.year:
      return temporal.readYear;
    case LogType.timestamp2:
      return (reader) => temporal.readTimestamp2(reader, meta);
    case LogType.datetime2:
      return (reader) => temporal.readDatetime2(reader, meta);
    case LogType.time2:
      return (reader) => temporal.readTime2(reader, meta);
    case LogType.timestamp:
      return oldTemporal(column, temporal.readOldTimestamp);
    case LogType.datetime:
      return oldTemporal(column, temporal.readOldDatetime);
    case LogType.time:
      return oldTemporal(column, temporal.readOldTime);
    default:
      return null;
  }
}

/** MariaDB's own form of fractions, of before MySQL's, isn't described in the log. */
function oldTemporal(column: Column, read: DecodeColumn): DecodeColumn {
  if (column.type.decimals > 0)
    throw unsupported(
      `column ${column.name} was made with mysql56_temporal_format=OFF; ALTER TABLE … FORCE makes it anew`,
    );
  return read;
}

function textDecoder({ type, meta }: LogColumn, column: Column): DecodeColumn {
  const charset = charsetOf(column);
  const read = (bytes: Buffer): JsonValue => (charset === 'binary' ? encodedBytes(bytes) : readText(bytes, charset));
  switch (type) {
    case LogType.varchar:
    case LogType.varString:
      return (reader) => read(reader.take(reader.uint(meta > 255 ? 2 : 1)));
    case LogType.string:
      return (reader) => {
        const bytes = reader.take(reader.uint(meta > 255 ? 2 : 1));
        return read(charset === 'binary' ? padded(bytes, meta) : bytes);
      };
    case LogType.blob:
      return (reader) => read(reader.take(reader.uint(meta)));
    default:
      throw unsupported(`column ${column.name} has the type ${type} of the log, which isn't read`);
  }
}

/** A JSON column of MariaDB is a text in the log, whatever the statement called it. */
function charsetOf({ type }: Column): string {
  return type.code === TypeCode.json ? 'utf8mb4' : type.charset;
}

/** The log leaves out the zeros at the end of BINARY. */
function padded(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length ? bytes : Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
}

/** A number, or its digits if a number can't hold it. */
function integer(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw unsupported(`the floating-point number ${value}`);
}

function readBits(reader: ByteReader, size: number): number | string {
  return integer(readBigInt(reader.take(size), 'big'));
}

function readBigInt(bytes: Buffer, order: 'little' | 'big'): bigint {
  let value = 0n;
  for (const byte of order === 'big' ? bytes : [...bytes].reverse()) value = (value << 8n) | BigInt(byte);
  return value;
}

/** The number 0 is what MySQL keeps for a value that is no member. */
function memberAt({ name, type }: Column, index: number): JsonValue {
  if (index === 0) return 0;
  const member = type.members?.[index - 1];
  if (member === undefined) throw unsupported(`column ${name} has no member ${index}`);
  return member;
}

function membersOf({ name, type }: Column, bits: bigint): string {
  const members = type.members ?? [];
  if (bits >> BigInt(members.length) !== 0n) throw unsupported(`column ${name} has fewer members than a row`);
  return members.filter((_, index) => ((bits >> BigInt(index)) & 1n) === 1n).join(',');
}

function unsupported(reason: string): LockstepError {
  return new LockstepError('EVENT_UNSUPPORTED', `a row of the binlog can't be read: ${reason}`);
}
