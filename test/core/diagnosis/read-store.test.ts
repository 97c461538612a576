import { describe, expect, it } from '@jest/globals';
import { readStore } from '../../../src/core/diagnosis/read-store';
import { OptimisticWorld, lockId, orders, randomOf, tables, task } from '../state/optimistic-world';

const ADD = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
const OTHER = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` VARCHAR(20)';

/** The reading of a world, made while the tables of its target can't be walked over. */
function read({ coordinator: { state } }: OptimisticWorld): ReturnType<typeof readStore> {
  const all = state.targetOf(task, orders).tables;
  Object.defineProperty(all, Symbol.iterator, {
    configurable: true,
    get: () => {
      throw new Error('the tables of a lock were walked over');
    },
  });
  try {
    return readStore(state);
  } finally {
    Reflect.deleteProperty(all, Symbol.iterator);
  }
}

describe('a reading of the store', () => {
  it('shows a lock as it goes on, without looking at its tables one by one', () => {
    const world = new OptimisticWorld(randomOf(1));
    expect(read(world).locks).toEqual([]);
    world.report(tables[0]!, ADD);
    expect(read(world).locks).toMatchObject([{ lockId, task, mode: 'optimistic', state: 'waiting', synced: false }]);
    world.report(tables[1]!, OTHER);
    expect(read(world).locks).toMatchObject([{ state: 'conflict' }]);
  });

  it('says for which sources without workers locks wait', () => {
    const world = new OptimisticWorld(randomOf(1));
    for (const table of tables.filter(({ source }) => source === 's1')) {
      world.report(table, ADD);
      world.acknowledge(table);
    }
    // Nobody is registered in this world; s1 has done its part.
    expect(read(world).absentSources).toEqual([{ task, source: 's2', locks: 1 }]);
    for (const table of tables.filter(({ source }) => source === 's2')) world.report(table, ADD);
    expect(read(world).locks).toMatchObject([{ state: 'executing', synced: true }]);
    expect(read(world).absentSources).toEqual([{ task, source: 's2', locks: 1 }]);
    for (const table of tables) world.acknowledge(table);
    expect(read(world)).toMatchObject({ locks: [], absentSources: [] });
  });
});
