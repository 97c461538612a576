import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { writeMap, writeObject, writeText, writeTexts } from '../../../src/core/wire/go-json';
import { goBoolean, goField, goText, goTexts } from '../../../src/core/wire/go-json-reader';
import { parseJson } from '../../../src/core/wire/json-reader';

describe('writing as Go does', () => {
  it.each([
    ['plain 数据 🚀', '"plain 数据 🚀"'],
    ['<a> & "b" \\', '"\\u003ca\\u003e \\u0026 \\"b\\" \\\\"'],
    ['\u2028\u2029\u2027', '"\\u2028\\u2029\u2027"'],
    ['\0\u0001\u001f\u007f', '"\\u0000\\u0001\\u001f\u007f"'],
    ['\b\f\n\r\t\v', '"\\b\\f\\n\\r\\t\\u000b"'],
    ['a\ud800b', '"a\\ufffdb"'],
    ['\udc00', '"\\ufffd"'],
    ['\ufffd', '"\ufffd"'],
    ['\\ud800', '"\\\\ud800"'],
    ["it's /", '"it\'s /"'],
  ])('%j', (text, json) => {
    expect(writeText(text)).toBe(json);
  });

  it('writes what any JSON reader reads back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(JSON.parse(writeText(text))).toBe(text);
      }),
      { seed: 1 },
    );
  });

  it('tells lists that were never set from empty ones', () => {
    expect(writeTexts(null)).toBe('null');
    expect(writeTexts([])).toBe('[]');
    expect(writeTexts(['<', ''])).toBe('["\\u003c",""]');
  });

  it('keeps the order of fields, and sorts maps by bytes', () => {
    expect(writeObject({ b: '1', a: 'null' })).toBe('{"b":1,"a":null}');
    expect(
      writeMap([
        ['\u{10000}', '1'],
        ['\uffff', '2'],
        ['b', '3'],
        ['B', '4'],
        ['10', '5'],
        ['9', '6'],
      ]),
    ).toBe('{"10":5,"9":6,"B":4,"b":3,"\uffff":2,"\u{10000}":1}');
  });
});

describe('reading as Go does', () => {
  const root = parseJson('{"Ddls":["x",null,"\\ud800"],"task":null,"TASK":"t","done":true,"Done":false,"n":1}', 'v');

  it('finds fields by name, else without case; missing and null are zero', () => {
    expect(goTexts(goField(root, 'ddls'))).toEqual(['x', '', '\ufffd']);
    expect(goText(goField(root, 'task'))).toBe('t');
    expect(goBoolean(goField(root, 'done'))).toBe(true);
    expect(goText(goField(root, 'gone'))).toBe('');
    expect(goTexts(goField(root, 'gone'))).toBeNull();
    expect(goBoolean(goField(parseJson('null', 'v'), 'done'))).toBe(false);
  });

  it.each([
    ['n', (): unknown => goText(goField(root, 'n'))],
    ['n', (): unknown => goBoolean(goField(root, 'n'))],
    ['n', (): unknown => goTexts(goField(root, 'n'))],
  ])('refuses other types at %s', (path, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'UNREADABLE_VALUE', fields: { where: 'v', path } }));
  });
});
