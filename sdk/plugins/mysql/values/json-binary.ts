import { ByteReader, brokenEvent } from '../binlog/byte-reader';
import { LogType } from '../binlog/log-type';
import { readDecimal } from './decimal';
import { datetimeOfPacked, timeOfPacked } from './temporal';

/** Types of values in MySQL's binary JSON. */
const JsonType = {
  smallObject: 0,
  largeObject: 1,
  smallArray: 2,
  largeArray: 3,
  literal: 4,
  int16: 5,
  uint16: 6,
  int32: 7,
  uint32: 8,
  int64: 9,
  uint64: 10,
  double: 11,
  string: 12,
  opaque: 15,
} as const;

const LITERALS = ['null', 'true', 'false'] as const;

/** MySQL's binary JSON as a text that MySQL reads as the same value: numbers keep all their digits. */
export function jsonText(bytes: Buffer): string {
  // An empty value is what a server writes for JSON that was never given.
  if (bytes.length === 0) return 'null';
  return valueText(bytes.readUInt8(0), bytes.subarray(1));
}

function valueText(type: number, bytes: Buffer): string {
  const reader = new ByteReader(bytes);
  switch (type) {
    case JsonType.smallObject:
    case JsonType.largeObject:
    case JsonType.smallArray:
    case JsonType.largeArray:
      return containerText(type, bytes);
    case JsonType.literal:
      return literalText(reader.uint(1));
    case JsonType.int16:
      return String(reader.int(2));
    case JsonType.uint16:
      return String(reader.uint(2));
    case JsonType.int32:
      return String(reader.int(4));
    case JsonType.uint32:
      return String(reader.uint(4));
    case JsonType.int64:
      return String(reader.int64());
    case JsonType.uint64:
      return String(reader.uint64());
    case JsonType.double:
      return doubleText(reader.double());
    case JsonType.string:
      return JSON.stringify(reader.take(readLength(reader)).toString('utf8'));
    case JsonType.opaque:
      return opaqueText(reader.uint(1), reader.take(readLength(reader)));
    default:
      throw brokenEvent(`JSON of the unknown type ${type}`);
  }
}

function containerText(type: number, bytes: Buffer): string {
  const isLarge = type === JsonType.largeObject || type === JsonType.largeArray;
  const isObject = type === JsonType.smallObject || type === JsonType.largeObject;
  const size = isLarge ? 4 : 2;
  const reader = new ByteReader(bytes);
  const count = reader.uint(size);
  reader.skip(size);
  const keys = isObject
    ? Array.from({ length: count }, () => {
        const start = reader.uint(size);
        return JSON.stringify(bytes.subarray(start, start + reader.uint(2)).toString('utf8'));
      })
    : [];
  const values = Array.from({ length: count }, () => {
    const valueType = reader.uint(1);
    const entry = reader.take(size);
    return valueText(valueType, isInline(valueType, isLarge) ? entry : bytes.subarray(entry.readUIntLE(0, size)));
  });
  if (!isObject) return `[${values.join(', ')}]`;
  return `{${keys.map((key, index) => `${key}: ${values[index] ?? 'null'}`).join(', ')}}`;
}

/** Small values stand where otherwise their place is. */
function isInline(type: number, isLarge: boolean): boolean {
  if (type === JsonType.literal || type === JsonType.int16 || type === JsonType.uint16) return true;
  return isLarge && (type === JsonType.int32 || type === JsonType.uint32);
}

function literalText(code: number): string {
  const text = LITERALS[code];
  if (text === undefined) throw brokenEvent(`the unknown JSON literal ${code}`);
  return text;
}

/** A double that is whole keeps its point: without it MySQL would read an integer. */
function doubleText(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/u.test(text) ? `${text}.0` : text;
}

/** What JSON has no type for: numbers and times as MySQL prints them, everything else as it prints its bytes. */
function opaqueText(type: number, bytes: Buffer): string {
  const reader = new ByteReader(bytes);
  switch (type) {
    case LogType.decimal:
      return readDecimal(reader, ...decimalForm(reader));
    case LogType.date:
      return `"${packedDatetime(reader.int64()).slice(0, 10)}"`;
    case LogType.datetime:
    case LogType.timestamp:
      return `"${packedDatetime(reader.int64())}"`;
    case LogType.time:
      return `"${packedTime(reader.int64())}"`;
    default:
      return JSON.stringify(`base64:type${type}:${bytes.toString('base64')}`);
  }
}

function decimalForm(reader: ByteReader): readonly [number, number] {
  return [reader.uint(1), reader.uint(1)];
}

function packedDatetime(packed: bigint): string {
  return `${datetimeOfPacked(Number(packed >> 24n))}.${microseconds(packed)}`;
}

function packedTime(packed: bigint): string {
  const size = packed < 0n ? -packed : packed;
  return `${packed < 0n ? '-' : ''}${timeOfPacked(Number(size >> 24n))}.${microseconds(size)}`;
}

function microseconds(packed: bigint): string {
  return String(packed & 0xff_ffffn).padStart(6, '0');
}

/** Seven bits a byte, the lowest first. */
function readLength(reader: ByteReader): number {
  let length = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = reader.uint(1);
    length += (byte & 0x7f) * shift;
    if (byte < 128) return length;
  }
}
