import { describe, expect, it } from '@jest/globals';
import type { UpstreamTable } from '../../../src/core/model/names';
import type { Mutation } from '../../../src/core/model/store';
import { tableKey } from '../../../src/core/model/table-key';
import type { TableSchema } from '../../../src/core/table/table-schema';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { readOptimisticOperation } from '../../../src/core/wire/optimistic-operation';
import { lockId, OptimisticWorld, orders, pictureOf, randomOf, tables, task } from './optimistic-world';

const [A, , C, D] = tables;
if (A === undefined || C === undefined || D === undefined) throw new Error('the world has tables');

const ADD_C = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
const ADD_LONG_C = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` BIGINT';
const RENAME_N = 'ALTER TABLE `shop`.`orders` RENAME COLUMN `n` TO `m`';
const COMMENT = "ALTER TABLE `shop`.`orders` COMMENT = 'x'";
const ADD_D = 'ALTER TABLE `shop`.`orders` ADD COLUMN `d` INT';
const ADD_E = 'ALTER TABLE `shop`.`orders` ADD COLUMN `e` INT';

/** Reports several DDLs as one info. */
function reportAll(world: OptimisticWorld, table: UpstreamTable, ddls: readonly string[]): void {
  const before = world.schemas.get(tableKey(task, table));
  if (before === undefined) throw new Error('the world knows the schemas of its tables');
  const after: TableSchema[] = [];
  for (const ddl of ddls) {
    const next = world.apply(after.at(-1) ?? before, ddl);
    if (next === null) throw new Error(`${ddl} doesn't apply`);
    after.push(next);
  }
  world.schemas.set(tableKey(task, table), after.at(-1) ?? before);
  world.put(table, ddls, before, after);
}

/** What a table is told. */
function toldTo(world: OptimisticWorld, table: UpstreamTable): { stage: string; ddls: readonly string[] | null } {
  const stored = world.store.get(formatDmKey({ kind: 'optimistic-operation', task, table }));
  if (stored === null) throw new Error('the table is told nothing');
  const { stage, ddls } = readOptimisticOperation(stored.value);
  return { stage, ddls };
}

function sizeOf(mutations: readonly Mutation[]): number {
  return mutations.reduce((sum, mutation) => sum + (mutation.kind === 'put' ? mutation.value.length : 0), 0);
}

/** Where a table stands when its next report replaces the one that told its schema. */
const POSITIONS = [
  { where: 'in conflict', reports: [[ADD_D], [RENAME_N]], stage: 'skip and wait for redirect' },
  {
    where: 'in conflict with the first of its DDLs',
    reports: [[ADD_D], [RENAME_N, ADD_E]],
    stage: 'skip and wait for redirect',
  },
  { where: 'after an error', reports: [[ADD_D], [ADD_C]], stage: 'error' },
] as const;

describe('the next report of a table', () => {
  it.each(POSITIONS)('that waits for a schema leaves one $where where it was', ({ reports, stage }) => {
    const world = new OptimisticWorld(randomOf(1), 24, true);
    world.listed.delete(A);
    world.list(A.source);
    reportAll(world, C, [ADD_LONG_C]);
    for (const ddls of reports) reportAll(world, D, ddls);
    expect(toldTo(world, D).stage).toBe(stage);
    // A table comes whose schema the downstream doesn't tell now.
    world.toggleDownstream();
    world.listed.set(A, orders);
    world.list(A.source);
    reportAll(world, D, [COMMENT]);
    expect([...world.coordinator.state.outbox].map(({ kind }) => kind)).toContain('know-schema');
    expect(pictureOf(world.recovered())).toEqual(pictureOf(world.coordinator.state));
  });

  it('that a crash leaves unanswered, with one of another table before it, changes nothing of what that is told', () => {
    const told = [false, true].map((crashes) => {
      const world = new OptimisticWorld(randomOf(1));
      for (const ddl of [ADD_D, RENAME_N]) reportAll(world, D, [ddl]);
      world.coordinator.beforeWrite = () => !crashes;
      reportAll(world, A, [RENAME_N]);
      reportAll(world, D, [COMMENT]);
      world.coordinator.beforeWrite = () => true;
      world.restart();
      return toldTo(world, A);
    });
    const waiting = { stage: 'skip and wait for redirect', ddls: [] };
    expect(told).toEqual([waiting, waiting]);
  });
});

describe('tables with many columns', () => {
  it('are released by hand in steps that no store finds too large', () => {
    const columns = Array.from({ length: 100 }, (_, at) => `ADD COLUMN \`x${at}\` INT`);
    const world = new OptimisticWorld(randomOf(1));
    for (const table of [A, D]) {
      reportAll(world, table, [`ALTER TABLE \`shop\`.\`orders\` ${columns.join(', ')}`]);
      reportAll(world, table, [RENAME_N]);
    }
    const ofTable = { kind: 'unlock-optimistic', lockId, ifIncarnation: null, tables: [], sources: [] } as const;
    world.act({ ...ofTable, exec: false, force: true });
    expect([A, D].map((table) => toldTo(world, table).stage)).toEqual(['unlocked', 'unlocked']);
    const sizes = world.coordinator.written.map(({ mutations }) => sizeOf(mutations));
    expect(Math.max(...sizes)).toBeLessThan(100_000);
    expect(pictureOf(world.recovered())).toEqual(pictureOf(world.coordinator.state));
  });
});
