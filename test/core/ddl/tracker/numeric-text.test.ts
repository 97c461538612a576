import { describe, expect, it } from '@jest/globals';
import {
  formatReal,
  isNumeric,
  normaliseDecimal,
  roundReal,
  roundToInteger,
} from '../../../../src/core/ddl/tracker/numeric-text';

describe('roundToInteger', () => {
  it.each([
    ['1.25', '1'],
    ['2.5', '3'],
    ['-2.5', '-3'],
    ['-2.4', '-2'],
    ['.5', '1'],
    ['1e3', '1000'],
    ['15e-1', '2'],
    ['4e-1', '0'],
    [' 7 ', '7'],
    ['00012', '12'],
    ['99999999999999999999.5', '100000000000000000000'],
    ['abc', null],
    ['1a', null],
    ['', null],
    ['.', null],
  ])('%j → %j', (text, expected) => expect(roundToInteger(text)).toBe(expected));
});

describe('normaliseDecimal', () => {
  it.each([
    ['1.00', '1.00'],
    ['.5', '0.5'],
    ['-.50', '-0.50'],
    ['007.10', '7.10'],
    ['12.5e1', '125'],
    ['125e-3', '0.125'],
  ])('%s → %s', (text, expected) => expect(normaliseDecimal(text)).toBe(expected));
});

describe('formatReal', () => {
  it.each([
    [1.5, 'double', '1.5'],
    [1e21, 'double', '1000000000000000000000'],
    [1.5e-7, 'double', '0.00000015'],
    [-0.1, 'double', '-0.1'],
    [0.1, 'single', '0.1'],
    [16777217, 'single', '16777216'],
    [3.4028235e38, 'single', '340282350000000000000000000000000000000'],
    [1 / 3, 'single', '0.33333334'],
  ] as const)('%p as %s → %s', (value, precision, expected) => expect(formatReal(value, precision)).toBe(expected));
});

describe('isNumeric', () => {
  it.each([
    ['1', true],
    ['-1.5e3', true],
    ['e3', false],
    ['x', false],
  ])('%j: %p', (text, expected) => expect(isNumeric(text)).toBe(expected));
});

describe('roundReal', () => {
  it.each([
    [1.25, 1, 1.2],
    [1.75, 1, 1.8],
    [-1.25, 1, -1.2],
    [1.26, 1, 1.3],
    [2.5, 0, 2],
    [1e300, 30, 1e300],
  ])('%d to %i digits: %d', (value, decimals, expected) => expect(roundReal(value, decimals)).toBe(expected));
});
