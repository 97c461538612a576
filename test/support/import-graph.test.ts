import { describe, expect, it } from '@jest/globals';
import { cyclesOf, importsOf } from './import-graph';

describe('the import graph', () => {
  it('finds every form of import', () => {
    const text = `
      import a from './a';
      import type { B } from "./b";
      import { type C } from './c';
      import './d';
      export * from './e';
      export type { F } from './f';
      import g = require('./g');
      const h = import('./h');
      const i = require('./i');
      // import j from './j';
      const k = "import k from './k'";
    `;
    expect(importsOf(text).sort()).toEqual(['./a', './b', './c', './d', './e', './f', './g', './h', './i']);
  });

  it('finds cycles', () => {
    expect(
      cyclesOf(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toEqual([]);
    expect(
      cyclesOf(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'a']],
          ['c', ['c']],
        ]),
      ),
    ).toEqual([
      ['c', 'c'],
      ['a', 'b', 'a'],
    ]);
  });
});
