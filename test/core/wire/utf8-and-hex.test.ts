import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeHex, encodeHex } from '../../../src/core/wire/hex';
import { compareUtf8, decodeUtf8, encodeUtf8, wellFormed } from '../../../src/core/wire/utf8';

const SEED = { seed: 20260701 };

describe('UTF-8', () => {
  it('encodes as Node does, also lone surrogates', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(encodeUtf8(text)).toEqual([...Buffer.from(text, 'utf8')]);
      }),
      SEED,
    );
    expect(encodeUtf8('a\ud800b\udc00')).toEqual([...Buffer.from('a\ufffdb\ufffd', 'utf8')]);
  });

  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
      SEED,
    );
  });

  it('accepts and refuses the same bytes as a strict decoder', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const likely = fc.constantFrom(
      0x00,
      0x41,
      0x7f,
      0x80,
      0xbf,
      0xc0,
      0xc2,
      0xe0,
      0xa0,
      0xed,
      0xef,
      0xf0,
      0x90,
      0xf4,
      0x8f,
      0xf8,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(likely, fc.nat(255)), { maxLength: 6 }), (bytes) => {
        let expected: string | null = null;
        try {
          expected = strict.decode(Uint8Array.from(bytes));
        } catch {
          expect(() => decodeUtf8(bytes)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
        }
        if (expected !== null) expect(decodeUtf8(bytes)).toBe(expected);
      }),
      { ...SEED, numRuns: 5000 },
    );
  });

  it('sorts by bytes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 6 }),
        fc.string({ unit: 'grapheme', maxLength: 6 }),
        (a, b) => {
          expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
        },
      ),
      { ...SEED, numRuns: 2000 },
    );
    expect(compareUtf8('\u{10000}', '\uffff')).toBeGreaterThan(0);
    expect(compareUtf8('a', 'ab')).toBeLessThan(0);
  });

  it('replaces lone surrogates only', () => {
    expect(wellFormed('a\ud83d\ude80\ud83d')).toBe('a🚀\ufffd');
    expect(wellFormed('plain')).toBe('plain');
  });
});

describe('hex', () => {
  it.each([
    ['', ''],
    ['task-1', '7461736b2d31'],
    ['任务', 'e4bbbbe58aa1'],
    ['🚀/\0', 'f09f9a802f00'],
  ])('%j', (text, hex) => {
    expect(encodeHex(text)).toBe(hex);
    expect(decodeHex(hex)).toBe(text);
    expect(decodeHex(hex.toUpperCase())).toBe(text);
  });

  it.each(['0', 'zz', '0x41', '4 1', '41\n', 'ff', 'c080', 'eda080', 'f4908080', 'e4bb', '\u0661\u0661'])(
    'refuses %j',
    (hex) => {
      expect(() => decodeHex(hex)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );
});
