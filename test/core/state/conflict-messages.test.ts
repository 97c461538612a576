import { expect, it } from '@jest/globals';
import { tableKey } from '../../../src/core/model/table-key';
import { OptimisticWorld, randomOf, tables, task } from './optimistic-world';

it.each(Array.from({ length: 60 }, (_, seed) => seed))('seed %i: names the place of a contradiction', (seed) => {
  const world = new OptimisticWorld(randomOf(seed + 40_000));
  for (let step = 0; step < 60; step += 1) {
    world.happen();
    for (const table of tables) {
      const operation = world.coordinator.state.tables.get(tableKey(task, table))?.operation;
      if (operation?.stage !== 'detected') continue;
      expect(operation.message).not.toContain('do not contradict');
      expect(operation.message).toMatch(/ contradicts the DDLs of other tables: [^:]/u);
    }
  }
});
