import { describe, expect, it, jest } from '@jest/globals';
import { altered, built } from './described';

function list(size: number, item: (index: number) => string): string {
  return Array.from({ length: size }, (_, index) => item(index)).join(', ');
}

/** How many names are made comparable while a statement of this size is carried out. */
function workOf(carryOut: (size: number) => () => unknown, size: number): number {
  const run = carryOut(size);
  const lowered = jest.spyOn(String.prototype, 'toLowerCase');
  try {
    run();
    return lowered.mock.calls.length;
  } finally {
    lowered.mockRestore();
  }
}

/** Building the table of a CREATE TABLE. */
function creating(body: (size: number) => string): (size: number) => () => unknown {
  return (size) => {
    const sql = `CREATE TABLE t (${body(size)})`;
    return () => built(sql);
  };
}

/** Changing a table of as many columns as there are changes. */
function changing(spec: (index: number) => string): (size: number) => () => unknown {
  return (size) => {
    const table = built(
      `CREATE TABLE t (a INT, g INT AS (a + 1), ${list(size, (index) => `c${index} INT`)}, KEY k (a))`,
    );
    return () => altered(table, `ALTER TABLE t ${list(size, spec)}`);
  };
}

describe('work grows with the size of a statement, not with its square', () => {
  it.each<[string, (size: number) => () => unknown]>([
    ['generated columns', creating((size) => `a INT, ${list(size, (index) => `g${index} INT AS (a + ${index})`)}`)],
    ['inline keys', creating((size) => list(size, (index) => `c${index} INT UNIQUE`))],
    ['keys of one column', creating((size) => `a INT, ${list(size, () => 'KEY (a)')}`)],
    [
      'foreign keys',
      creating(
        (size) =>
          `${list(size, (index) => `c${index} INT`)}, ${list(size, (index) => `FOREIGN KEY (c${index}) REFERENCES u (a)`)}`,
      ),
    ],
    ['ADD', changing((index) => `ADD d${index} INT`)],
    ['ADD of generated columns', changing((index) => `ADD d${index} INT AS (a + 1)`)],
    ['ADD … FIRST', changing((index) => `ADD d${index} INT FIRST`)],
    ['ADD … AFTER', changing((index) => `ADD d${index} INT AFTER c${index}`)],
    ['ADD KEY', changing((index) => `ADD KEY (c${index})`)],
    ['MODIFY', changing((index) => `MODIFY c${index} BIGINT AFTER a`)],
    ['RENAME COLUMN', changing((index) => `RENAME COLUMN c${index} TO d${index}`)],
    ['SET DEFAULT', changing((index) => `ALTER c${index} SET DEFAULT 1`)],
    ['DROP', changing((index) => `DROP c${index}`)],
  ])('%s', (_, carryOut) => {
    const [small, large] = [workOf(carryOut, 200), workOf(carryOut, 400)];
    expect(small).toBeGreaterThan(200);
    expect(large / small).toBeLessThan(2.2);
  });
});
