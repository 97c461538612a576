import { describe, expect, it } from '@jest/globals';
import { deflateSync } from 'node:zlib';
import { ByteReader } from '../../../sdk/plugins/mysql/binlog/byte-reader';
import { inflate, inflateQuery } from '../../../sdk/plugins/mysql/binlog/compressed';
import { parseEvent } from '../../../sdk/plugins/mysql/binlog/event-header';
import { parseQueryEvent } from '../../../sdk/plugins/mysql/binlog/query-event';
import { readDecimal } from '../../../sdk/plugins/mysql/values/decimal';
import { jsonText } from '../../../sdk/plugins/mysql/values/json-binary';
import { readOldDatetime, readOldTime, readOldTimestamp } from '../../../sdk/plugins/mysql/values/temporal';
import { readText } from '../../../sdk/plugins/mysql/values/text';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** MySQL's packed DATETIME with microseconds, as its JSON keeps it. */
function packedDatetime(year: number, month: number, day: number, clock: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE((((BigInt(year * 13 + month) << 5n) | BigInt(day)) << 41n) | (clock << 24n) | 6n);
  return bytes.toString('hex');
}

const CLOCK = (3n << 12n) | (4n << 6n) | 5n;

// No MariaDB writes these: its JSON is a text.
describe("MySQL's binary JSON", () => {
  it.each([
    ['', 'null'],
    ['04 00', 'null'],
    ['04 01', 'true'],
    ['05 ffff', '-1'],
    ['06 ffff', '65535'],
    ['07 00000080', '-2147483648'],
    ['08 ffffffff', '4294967295'],
    ['09 0000000000000080', '-9223372036854775808'],
    ['0a ffffffffffffffff', '18446744073709551615'],
    ['0b 000000000000f03f', '1.0'],
    ['0b 0000000000000080', '-0.0'],
    ['0b 9a9999999999b93f', '0.1'],
    ['0c 02 c3a4', '"ä"'],
    [`0c 8801 ${'22'.repeat(136)}`, JSON.stringify('"'.repeat(136))],
    ['00 0100 0c00 0b00 0100 05 0100 61', '{"a": 1}'],
    ['02 0500 1d00 050100 0b1300 0c1b00 040000 040100 0000000000000440 01 78', '[1, 2.5, "x", null, true]'],
    ['02 0200 0c00 020a00 000a00 0000 0400', '[[], {}]'],
    ['03 02000000 14000000 07 ffffffff 05 02000000', '[-1, 2]'],
    ['01 01000000 14000000 13000000 0100 08 ffffffff 61', '{"a": 4294967295}'],
    ['0f f6 04 03 02 81 32', '1.50'],
    [`0f 0c 08 ${packedDatetime(2020, 1, 2, CLOCK)}`, '"2020-01-02 03:04:05.000006"'],
    [`0f 0a 08 ${packedDatetime(2020, 1, 2, 0n)}`, '"2020-01-02"'],
    ['0f fc 03 010203', '"base64:type252:AQID"'],
  ])('%s is %s', (bytes, text) => {
    expect(jsonText(hex(bytes))).toBe(text);
  });

  it('of an unknown type is refused', () => {
    expect(() => jsonText(hex('0e 00'))).toThrow('JSON of the unknown type 14');
    expect(() => jsonText(hex('04 07'))).toThrow('unknown JSON literal 7');
  });
});

describe('forms of before MySQL 5.6', () => {
  it.each([
    ['20200102030405', '2020-01-02 03:04:05'],
    ['0', '0000-00-00 00:00:00'],
    ['99991231235959', '9999-12-31 23:59:59'],
  ])('DATETIME %s', (number, text) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(number));
    expect(readOldDatetime(new ByteReader(bytes))).toBe(text);
  });

  it('TIME and TIMESTAMP', () => {
    const time = Buffer.alloc(3);
    time.writeIntLE(-8385959, 0, 3);
    expect(readOldTime(new ByteReader(time))).toBe('-838:59:59');
    expect(readOldTimestamp(new ByteReader(hex('01000000')))).toBe('1970-01-01 00:00:01');
    expect(readOldTimestamp(new ByteReader(hex('00000000')))).toBe('0000-00-00 00:00:00');
  });
});

describe('decimals', () => {
  it.each([
    ['800000010003', 14, 4, '1.0003', '80000000010003'],
    ['7fffffff fefffc', 14, 4, '-1.0003', '7ffffffffefffc'],
  ])('%s as DECIMAL(%d,%d)', (_, precision, scale, text, bytes) => {
    expect(readDecimal(new ByteReader(hex(bytes)), precision, scale)).toBe(text);
  });
});

describe('texts', () => {
  it.each([
    ['e282ac', 'utf8mb4', '€'],
    ['80819fff', 'latin1', '€\u0081Ÿÿ'],
    ['20ac', 'ucs2', '€'],
    ['ff', 'utf8mb4', { base64: '/w==', charset: 'utf8mb4' }],
    ['efbfbd', 'utf8mb4', '\u{fffd}'],
    ['d6d0', 'gbk', { base64: '1tA=', charset: 'gbk' }],
  ])('%s in %s', (bytes, charset, value) => {
    expect(readText(hex(bytes), charset)).toEqual(value);
  });
});

describe('events', () => {
  const header = (size: number): string =>
    `0000000002 01000000 ${size.toString(16).padStart(2, '0')}000000 00000000 0000`;

  it('are refused when their checksum is wrong, or they are cut off', () => {
    expect(() => parseEvent(hex(`${header(24)} 61 00000000`), true)).toThrow('its checksum is wrong');
    expect(() => parseEvent(hex('0000'), false)).toThrow('it is too short');
    expect(() => new ByteReader(hex('0000')).uint(3)).toThrow('3 bytes wanted, 2 left');
  });

  const MODES = '01 0400000000000000'; // ANSI_QUOTES
  const CATALOG = '06 03 737464';
  const CHARSETS = '04 2100 2100 0800';
  const DATABASES = '0c 02 6100 6200';
  const MICROSECONDS = '0d 010203';
  const TIMES = '07 0600';
  const TRANSACTION = '11 1100000000000000';
  const COLLATION = '12 ff00';
  const FILES = '08 2d00';
  const parts = [DATABASES, CATALOG, MODES, MICROSECONDS, TRANSACTION, COLLATION, CHARSETS, TIMES, FILES];
  const status = parts.map(hex);
  const size = Buffer.alloc(2);
  size.writeUInt16LE(status.reduce((sum, { length }) => sum + length, 0));
  const query = (sql: Buffer): Buffer =>
    Buffer.concat([hex('01000000 00000000 02 0000'), size, ...status, Buffer.from('db\0'), sql]);

  it('of statements say their database, modes and charsets among all that else is there', () => {
    expect(parseQueryEvent(query(Buffer.from('DO 1')))).toEqual({
      ...{ schema: 'db', sql: Buffer.from('DO 1'), ansiQuotes: true, noBackslashEscapes: false },
      ...{ clientCollation: 33, serverCollation: 8 },
    });
  });

  it('of compressed statements and rows are inflated', () => {
    const compressed = Buffer.concat([hex('82 0004'), deflateSync(Buffer.from('DO 1'))]);
    expect(parseQueryEvent(inflateQuery(query(compressed))).sql.toString()).toBe('DO 1');
    expect(() => inflate(hex('92 0004'))).toThrow('unknown compression');
    expect(() => inflate(Buffer.concat([hex('82 0005'), deflateSync(Buffer.from('DO 1'))]))).toThrow('another length');
  });
});
