import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { InternPool } from '../../../src/core/table/intern-pool';
import { fingerprintOf, fingerprintText } from '../../../src/core/table/fingerprint';
import { lowerName } from '../../../src/core/table/lower-name';
import { Shapes } from '../../../src/core/table/shapes';
import { column, index, table } from './schema-builder';

describe('interning', () => {
  const columns = [column('a', 'int'), column('b', 'varchar')];

  it('gives one object for what is compared as equal', () => {
    const shapes = new Shapes();
    const shape = shapes.intern(table(columns, [index('k', ['a'])]));
    const same = table([...columns].reverse(), [index('K', ['A'])], { comment: 'x', charset: 'other' });
    expect(shapes.intern(same)).toBe(shape);
    expect(shapes.intern(table(columns))).not.toBe(shape);
  });

  it('counts ids up and shares columns', () => {
    const shapes = new Shapes();
    const first = shapes.intern(table(columns));
    const second = shapes.intern(table([...columns, column('c', 'int')]));
    expect(second.id).toBeGreaterThan(first.id);
    expect(second.column('A')).toBe(first.column('a'));
    expect(second.column('missing')).toBeUndefined();
  });

  it('has fingerprints that depend only on the content', () => {
    const one = new Shapes().intern(table(columns, [index('k', ['a'])]));
    const shapes = new Shapes();
    shapes.intern(table([column('z', 'json')]));
    const other = shapes.intern(table(columns, [index('k', ['a'])]));
    expect(other.fingerprint).toBe(one.fingerprint);
    expect(other.canonical).toBe(one.canonical);
    expect(one.fingerprint).toMatch(/^[0-9a-f]{16}$/u);
  });

  it('tells texts apart that look alike in parts', () => {
    const shapes = new Shapes();
    const made = ['x', 'x"', 'x",null', '\ud800', '\ufffd', ''].map((value) =>
      shapes.intern(table([column('a', 'varchar', { value })])),
    );
    expect(new Set(made).size).toBe(made.length);
    expect(new Set(made.map((shape) => shape.canonical)).size).toBe(made.length);
    expect(new Set(made.map((shape) => shape.fingerprint)).size).toBe(made.length);
  });
});

describe('fingerprints', () => {
  it('are the recorded ones: decision records hold them', () => {
    expect(fingerprintText(fingerprintOf(''))).toBe('ab5f10c6374c4bdd');
    expect(fingerprintText(fingerprintOf('lockstep'))).toBe('c950bf9a76806596');
  });

  it('differ in about half of the bits for texts that differ in one', () => {
    let bits = 0;
    for (let at = 0; at < 1000; at++) {
      const [a, b] = [fingerprintOf(`c${at}x`), fingerprintOf(`c${at}y`)];
      const ones = (half: number): number => half.toString(2).replaceAll('0', '').length;
      bits += ones((a.high ^ b.high) >>> 0) + ones((a.low ^ b.low) >>> 0);
    }
    expect(bits / 1000).toBeGreaterThan(28);
    expect(bits / 1000).toBeLessThan(36);
  });
});

describe('InternPool', () => {
  it('forgets what nobody holds any more', async () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    const pool = new InternPool<{ readonly text: string }>();
    const kept = pool.intern('kept', () => ({ text: 'kept' }));
    for (let at = 0; at < 1000; at++) pool.intern(`text ${at}`, () => ({ text: `text ${at}` }));
    for (let turn = 0; turn < 100 && pool.size > 1; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (typeof collect === 'function') Reflect.apply(collect, undefined, []);
    }
    expect(pool.size).toBe(1);
    expect(pool.intern('kept', () => ({ text: 'new' }))).toBe(kept);
  });
});

describe('lowerName', () => {
  it.each([
    ['Abc_1$', 'abc_1$'],
    ['ÄÖÜ', 'äöü'],
    ['ΑΣ', 'ας'.replace('ς', 'σ')],
    ['İ', 'i'],
    ['列', '列'],
  ])('%s', (name, lower) => {
    expect(lowerName(name)).toBe(lower);
  });
});
