import type { ByteReader } from '../binlog/byte-reader';

/** Texts as MySQL writes them: zero dates, and parts that are zero, stay. A TIMESTAMP is in UTC. */

/** `YYYY-MM-DD` of three bytes. */
export function readDate(reader: ByteReader): string {
  const packed = reader.uint(3);
  return dateText(packed >> 9, (packed >> 5) & 0xf, packed & 0x1f);
}

/** A YEAR as a number; 0 is the year `0000`. */
export function readYear(reader: ByteReader): number {
  const year = reader.uint(1);
  return year === 0 ? 0 : 1_900 + year;
}

/** A DATETIME with `digits` of a fraction of a second. */
export function readDatetime2(reader: ByteReader, digits: number): string {
  const packed = reader.uintBigEndian(5) - 0x80_0000_0000;
  return `${datetimeOfPacked(packed)}${readFraction(reader, digits)}`;
}

/** The whole seconds of a packed DATETIME: 17 bits of months, 5 of days, 5, 6 and 6 of the clock. */
export function datetimeOfPacked(packed: number): string {
  const days = Math.floor(packed / 0x2_0000);
  const months = days >> 5;
  const clock = packed % 0x2_0000;
  return `${dateText(Math.floor(months / 13), months % 13, days & 0x1f)} ${clockText(clock >> 12, (clock >> 6) & 0x3f, clock & 0x3f)}`;
}

/** A TIME with `digits` of a fraction of a second. */
export function readTime2(reader: ByteReader, digits: number): string {
  const fractionBytes = (digits + 1) >> 1;
  const unit = 256 ** fractionBytes;
  const packed = reader.uintBigEndian(3 + fractionBytes) - 0x80_0000 * unit;
  const size = Math.abs(packed);
  return `${packed < 0 ? '-' : ''}${timeOfPacked(Math.floor(size / unit))}${fractionText(size % unit, digits)}`;
}

/** The whole seconds of a packed TIME: 10 bits of hours, 6 and 6 of the clock. */
export function timeOfPacked(packed: number): string {
  return clockText((packed >> 12) & 0x3ff, (packed >> 6) & 0x3f, packed & 0x3f);
}

/** A TIMESTAMP with `digits` of a fraction of a second. */
export function readTimestamp2(reader: ByteReader, digits: number): string {
  const seconds = reader.uintBigEndian(4);
  return `${timestampText(seconds)}${readFraction(reader, digits)}`;
}

/** A TIMESTAMP as before MySQL 5.6. */
export function readOldTimestamp(reader: ByteReader): string {
  return timestampText(reader.uint(4));
}

/** A DATETIME as before MySQL 5.6: its digits as one number. */
export function readOldDatetime(reader: ByteReader): string {
  const digits = reader.uint64().toString().padStart(14, '0');
  return digits.replace(/^(\d+)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/u, '$1-$2-$3 $4:$5:$6');
}

/** A TIME as before MySQL 5.6: its digits as one number. */
export function readOldTime(reader: ByteReader): string {
  const value = reader.int(3);
  const size = Math.abs(value);
  return `${value < 0 ? '-' : ''}${clockText(Math.floor(size / 10_000), Math.floor(size / 100) % 100, size % 100)}`;
}

function timestampText(seconds: number): string {
  if (seconds === 0) return '0000-00-00 00:00:00';
  return new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}

function readFraction(reader: ByteReader, digits: number): string {
  return digits === 0 ? '' : fractionText(reader.uintBigEndian((digits + 1) >> 1), digits);
}

/** Two digits a byte are stored, also if the column has an odd number of them. */
function fractionText(value: number, digits: number): string {
  if (digits === 0) return '';
  const stored = ((digits + 1) >> 1) * 2;
  return `.${String(value).padStart(stored, '0').slice(0, digits)}`;
}

function dateText(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function clockText(hours: number, minutes: number, seconds: number): string {
  return `${two(hours)}:${two(minutes)}:${two(seconds)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
