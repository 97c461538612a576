import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  byteLength,
  bytesOfBits,
  bytesOfHex,
  bytesOfInteger,
  integerOfBytes,
  textOfBytes,
} from '../../../../src/core/ddl/tracker/byte-text';

describe('textOfBytes', () => {
  it.each([
    ['6162', 'ab'],
    ['c3a4', 'ä'],
    ['f09f9880', '😀'],
    ['fffe', '\udcff\udcfe'],
    ['61ff62', 'a\udcffb'],
    ['c080', '\udcc0\udc80'],
    ['eda080', '\udced\udca0\udc80'],
    ['e282', '\udce2\udc82'],
  ])('x%s', (digits, expected) => expect(textOfBytes(bytesOfHex(digits))).toBe(expected));

  it('keeps the bytes of every text and tells different bytes apart', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 12 }), (a, b) => {
        const [textA, textB] = [textOfBytes([...a]), textOfBytes([...b])];
        expect(byteLength(textA)).toBe(a.length);
        expect(textA === textB).toBe(Buffer.from(a).equals(b));
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
  });
});

describe('bytes of literals', () => {
  it.each([
    ['1', [1]],
    ['11111111', [255]],
    ['100000000', [1, 0]],
    ['', []],
  ])('b%j', (digits, expected) => expect(bytesOfBits(digits)).toEqual(expected));

  it('fills an odd number of hex digits on the left', () => expect(bytesOfHex('abc')).toEqual([0x0a, 0xbc]));

  it('takes the fewest bytes of a number, at least one', () => {
    expect(bytesOfInteger(0n)).toEqual([0]);
    expect(bytesOfInteger(256n)).toEqual([1, 0]);
    expect(integerOfBytes([1, 0])).toBe(256n);
  });

  it('refuses negative numbers', () => {
    expect(() => bytesOfInteger(-1n)).toThrow(expect.objectContaining({ code: 'DDL_NOT_APPLICABLE' }));
  });
});
