import { describe, expect, it } from '@jest/globals';
import { LockstepError } from '../../../src/core/model/error';
import { parseTaskName } from '../../../src/core/model/names';
import type { JsonValue } from '../../../src/core/wire/json-reader';
import { parseJson } from '../../../src/core/wire/json-reader';

function errorOf(run: () => unknown): LockstepError {
  try {
    run();
  } catch (error) {
    if (error instanceof LockstepError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

describe('reading what fits', () => {
  const value = parseJson(
    '{"t":"x","b":true,"n":-3,"c":7,"l":[1,2],"m":{"b":1,"a":2,"__proto__":3},"z":null,"s":"two"}',
    'a value',
  );

  it('gives typed values', () => {
    expect(value.field('t').text()).toBe('x');
    expect(value.field('b').boolean()).toBe(true);
    expect(value.field('n').integer()).toBe(-3);
    expect(value.field('c').count()).toBe(7);
    expect(value.field('s').oneOf(['one', 'two'])).toBe('two');
    expect(value.field('t').parsed(parseTaskName)).toBe('x');
    expect(value.field('l').list((element) => element.integer())).toEqual([1, 2]);
  });

  it('keeps the order and every name of a map, also the names of inherited members', () => {
    expect([...value.field('m').map((element, name) => `${name}${element.integer()}`)]).toEqual([
      ['b', 'b1'],
      ['a', 'a2'],
      ['__proto__', '__proto__3'],
    ]);
    expect(value.field('m').names()).toEqual(['b', 'a', '__proto__']);
    expect(value.field('toString').isPresent).toBe(false);
  });

  it('takes null and missing fields as absent where asked', () => {
    const text = (element: JsonValue): string => element.text();
    expect(value.field('z').nullable(text)).toBeNull();
    expect(value.field('gone').nullable(text)).toBeNull();
    expect(value.field('t').nullable(text)).toBe('x');
    expect(value.field('gone').or('other', text)).toBe('other');
    expect(value.field('z').or('other', text)).toBe('other');
  });
});

describe('refusing what does not fit', () => {
  const read: [string, string, (root: JsonValue) => unknown, string, string][] = [
    ['text', '{"a":1}', (root) => root.field('a').text(), 'a', 'expected a string, found 1'],
    ['missing text', '{}', (root) => root.field('a').text(), 'a', 'missing; expected a string'],
    ['null text', '{"a":null}', (root) => root.field('a').text(), 'a', 'expected a string, found null'],
    ['boolean', '{"a":"true"}', (root) => root.field('a').boolean(), 'a', 'expected true or false, found "true"'],
    ['fraction', '{"a":1.5}', (root) => root.field('a').integer(), 'a', 'expected a whole number, found 1.5'],
    ['large', '{"a":9007199254740993}', (root) => root.field('a').integer(), 'a', 'expected a whole number'],
    ['negative', '{"a":-1}', (root) => root.field('a').count(), 'a', 'at least 0, found -1'],
    ['choice', '{"a":"c"}', (root) => root.field('a').oneOf(['x', 'y']), 'a', 'expected one of "x", "y", found "c"'],
    ['list', '{"a":{}}', (root) => root.field('a').list((e) => e.text()), 'a', 'expected a list, found an object'],
    ['element', '{"a":["x",[]]}', (root) => root.field('a').list((e) => e.text()), 'a[1]', 'found a list'],
    ['map', '[]', (root) => root.map((e) => e.text()), '', 'expected an object, found a list'],
    [
      'odd names',
      '{"a b":{"c":[{"d":1}]}}',
      (root) =>
        root
          .field('a b')
          .field('c')
          .list((e) => e.field('d').text()),
      '["a b"].c[0].d',
      'expected a string, found 1',
    ],
    ['parsed', '{"a":""}', (root) => root.field('a').parsed(parseTaskName), 'a', 'task must not be empty'],
  ];

  it.each(read)('%s', (_name, text, run, path, reason) => {
    const error = errorOf(() => run(parseJson(text, 'the key')));
    expect(error.code).toBe('UNREADABLE_VALUE');
    expect(error.fields).toEqual({ where: 'the key', path });
    expect(error.message).toContain(reason);
  });

  it.each(['', '{', '{"a":1,}', '{"a":01}', 'nul', '"\u0001"', '{"a":1} x'])('text that is not JSON: %j', (text) => {
    const error = errorOf(() => parseJson(text, 'the key'));
    expect(error.code).toBe('UNREADABLE_VALUE');
    expect(error.message).toContain('the key: not JSON');
  });

  it('shows only the beginning of a long wrong text', () => {
    const error = errorOf(() => parseJson(JSON.stringify('x'.repeat(5000)), 'the key').boolean());
    expect(error.message.length).toBeLessThan(120);
  });

  it('lets other errors through', () => {
    expect(() =>
      parseJson('1', 'the key').convert(() => {
        throw new RangeError('a defect');
      }),
    ).toThrow(RangeError);
  });
});
