import { describe, expect, it } from '@jest/globals';
import { normaliseDuration, normaliseMoment } from '../../../../src/core/ddl/tracker/temporal-text';
import { TypeCode } from '../../../../src/core/table/column-type';

describe('normaliseMoment', () => {
  it.each([
    ['2020-01-01', TypeCode.datetime, 0, '2020-01-01 00:00:00'],
    ['2020-1-2 3:4:5', TypeCode.datetime, 0, '2020-01-02 03:04:05'],
    ['2020-01-01T10:20', TypeCode.datetime, 0, '2020-01-01 10:20:00'],
    ['20200101', TypeCode.date, 0, '2020-01-01'],
    ['200101', TypeCode.date, 0, '2020-01-01'],
    ['700101', TypeCode.date, 0, '1970-01-01'],
    ['20200101102030', TypeCode.datetime, 0, '2020-01-01 10:20:30'],
    ['2020-01-01 10:20:30', TypeCode.date, 0, '2020-01-01'],
    ['0', TypeCode.timestamp, 0, '0000-00-00 00:00:00'],
    ['0000-00-00', TypeCode.datetime, 3, '0000-00-00 00:00:00.000'],
    ['2020-01-01 00:00:00.1', TypeCode.datetime, 3, '2020-01-01 00:00:00.100'],
    ['2020-01-01 00:00:00.5', TypeCode.datetime, 0, '2020-01-01 00:00:01'],
    ['2019-12-31 23:59:59.9999', TypeCode.datetime, 3, '2020-01-01 00:00:00.000'],
    ['2020-02-28 23:59:59.6', TypeCode.datetime, 0, '2020-02-29 00:00:00'],
    ['2021-02-28 23:59:59.6', TypeCode.datetime, 0, '2021-03-01 00:00:00'],
    ['2020-02-30', TypeCode.date, 0, null],
    ['2020-13-01', TypeCode.date, 0, null],
    ['2020-01-01 24:00:00', TypeCode.datetime, 0, null],
    ['tomorrow', TypeCode.date, 0, null],
  ])('%j of type %i(%i) → %j', (text, code, decimals, expected) =>
    expect(normaliseMoment(text, code, decimals)).toBe(expected),
  );
});

describe('normaliseDuration', () => {
  it.each([
    ['10:20:30', 0, '10:20:30'],
    ['-1:02:03', 0, '-01:02:03'],
    ['838:59:59', 0, '838:59:59'],
    ['12:30', 0, '12:30:00'],
    ['1 02:03:04', 0, '26:03:04'],
    ['12345', 0, '01:23:45'],
    ['7', 0, '00:00:07'],
    ['00:00:00.25', 1, '00:00:00.3'],
    ['00:00:59.9', 0, '00:01:00'],
    ['10:60:00', 0, null],
    ['noon', 0, null],
  ])('%j (%i) → %j', (text, decimals, expected) => expect(normaliseDuration(text, decimals)).toBe(expected));
});
