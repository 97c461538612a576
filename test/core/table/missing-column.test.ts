import { describe, expect, it } from '@jest/globals';
import { join } from '../../../src/core/table/join';
import { isShape } from '../../../src/core/table/shape';
import { Shapes } from '../../../src/core/table/shapes';
import type { Column } from '../../../src/core/table/table-schema';
import { column, index, table } from './schema-builder';

/** The column `c` in the join of a table that has it with one that lacks it. */
function joinedWithout(only: Column): { value: string | null; flags: number } {
  const shapes = new Shapes();
  const id = column('id', 'int');
  const joined = join([shapes.intern(table([id, only], [index('k', ['c'])])), shapes.intern(table([id]))]);
  const found = isShape(joined) ? joined.column('C') : undefined;
  if (found === undefined) throw new Error('no join');
  return { value: found.defaultValue, flags: found.defaultMarks | found.keyRole };
}

describe('a NOT NULL column without a default that some table lacks', () => {
  const notNull = { notNull: true } as const;
  it.each<[string, Column, string]>([
    ['int', column('c', 'int', notNull), '0'],
    ['decimal', column('c', 'decimal', notNull), '0'],
    ['float', column('c', 'float', notNull), '0'],
    ['bit', column('c', 'bit', notNull), ''],
    ['datetime with fraction', column('c', 'datetime', notNull), '0000-00-00 00:00:00.00'],
    ['datetime', column('c', 'datetime', { ...notNull, decimals: 0 }), '0000-00-00 00:00:00'],
    ['date', column('c', 'date', notNull), '0000-00-00'],
    ['time', column('c', 'time', notNull), '00:00:00.00'],
    ['year', column('c', 'year', notNull), '0000'],
    ['json', column('c', 'json', notNull), 'null'],
    ['enum', column('c', 'enum', { ...notNull, members: ['x', 'y'] }), 'x'],
    ['set', column('c', 'set', { ...notNull, members: ['x', 'y'] }), ''],
    ['char', column('c', 'char', notNull), ''],
    ['binary', column('c', 'binary', notNull), '\0\0\0\0'],
    ['varchar', column('c', 'varchar', notNull), ''],
    ['blob', column('c', 'blob', notNull), ''],
  ])('%s gets its implicit default, and loses its key', (_, only, value) => {
    expect(joinedWithout(only)).toEqual({ value, flags: 0 });
  });
});

describe('another column that some table lacks', () => {
  it.each<[string, Column, string | null]>([
    ['nullable', column('c', 'int'), null],
    ['nullable whose default was dropped', column('c', 'int', { flags: 4096 }), null],
    ['with a default', column('c', 'int', { notNull: true, value: '7' }), '7'],
    [
      'with a recorded default and the flag',
      column('c', 'year', { notNull: true, value: '1999', flags: 4096 }),
      '1999',
    ],
  ])('%s keeps what it has', (_, only, value) => {
    expect(joinedWithout(only)).toEqual({ value, flags: 0 });
  });

  it('auto-increment cannot be joined, since its key is lost', () => {
    expect(() => joinedWithout(column('c', 'int', { notNull: true, autoIncrement: true }))).toThrow('no join');
  });
});
