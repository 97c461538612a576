import { describe, expect, it } from '@jest/globals';
import { parseUpstreamTable } from '../../../src/core/model/names';
import type { UpstreamTable } from '../../../src/core/model/names';
import { tableKey } from '../../../src/core/model/table-key';
import { readOptimisticOperation } from '../../../src/core/wire/optimistic-operation';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { lockId, OptimisticWorld, orders, pictureOf, randomOf, task, tables } from './optimistic-world';

const ADD_C = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
const MANY = Array.from({ length: 24 }, (_, index) => parseUpstreamTable('s1', 'db', `t${index}`));

/** A lock of 24 tables that all have reported, where one write removes three. */
function manyTables(): OptimisticWorld {
  const world = new OptimisticWorld(randomOf(1), 16);
  for (const table of tables) world.listed.delete(table);
  for (const table of MANY) world.listed.set(table, orders);
  for (const source of ['s1', 's2']) world.list(parseUpstreamTable(source, 'db', 't').source);
  for (const table of MANY) world.report(table, ADD_C);
  return world;
}

function infoOf(world: OptimisticWorld, table: UpstreamTable): unknown {
  return world.store.get(formatDmKey({ kind: 'optimistic-info', task, table }));
}

describe('a lock too large for one write', () => {
  it('is removed in parts, over which its tables are walked a fixed number of times', () => {
    const world = manyTables();
    const target = world.coordinator.state.targets.get(lockId);
    if (target === undefined) throw new Error('the target is there');
    let walks = 0;
    const all = target.tables[Symbol.iterator].bind(target.tables);
    target.tables[Symbol.iterator] = () => {
      walks += 1;
      return all();
    };
    for (const table of MANY.slice(1)) world.acknowledge(table);
    walks = 0;
    const before = world.coordinator.written.length;
    world.acknowledge(MANY[0] ?? absent());
    expect(target.lock).toBeNull();
    expect(world.coordinator.written.length - before).toBeGreaterThan(7);
    // When it begins, before the last part, and when it has ended: the lock is dropped, and late infos are looked for.
    expect(walks).toBeLessThanOrEqual(6);
    expect(world.store.range('/dm-master/shardddl-optimism/info/')).toEqual([]);
  });

  it('gives an info that it removes its answer, which no later part deletes', () => {
    const world = manyTables();
    for (const table of MANY.slice(1)) world.acknowledge(table);
    const [first = absent()] = MANY;
    const key = formatDmKey({ kind: 'optimistic-operation', task, table: first });
    // One schema for two DDLs: an error that changes nothing, so the lock stays resolved, and its removal carries the answer.
    world.coordinator.beforeWrite = () => false;
    world.acknowledge(first);
    const schema = world.schemas.get(tableKey(task, first));
    if (schema === undefined) throw new Error('the table has a schema');
    world.put(first, [ADD_C, ADD_C], schema, [schema]);
    world.coordinator.beforeWrite = () => true;
    world.coordinator.reportLost();
    const operation = readOptimisticOperation(world.store.get(key)?.value ?? '');
    expect([operation.stage, operation.done]).toEqual(['error', false]);
    expect(infoOf(world, first)).toBeNull();
    expect(world.coordinator.state.targets.get(lockId)?.lock).toBeNull();
    expect(pictureOf(world.recovered())).toEqual(pictureOf(world.coordinator.state));
  });

  it('goes on after a crash between any two parts', () => {
    const parts = 10;
    for (let survivors = 0; survivors < parts; survivors += 1) {
      const world = manyTables();
      for (const table of MANY.slice(1)) world.acknowledge(table);
      let left = survivors;
      world.coordinator.beforeWrite = () => (left -= 1) >= 0;
      world.acknowledge(MANY[0] ?? absent());
      world.coordinator.beforeWrite = () => true;
      world.coordinator.restart();
      expect(world.store.range('/dm-master/shardddl-optimism/info/')).toEqual([]);
      expect(world.store.range('/lockstep/lock/')).toEqual([]);
      expect(world.coordinator.state.outbox.size).toBe(0);
    }
  });
});

function absent(): never {
  throw new Error('there are tables');
}

it('a lock that stays because an info cannot be read holds up no start, and goes with the key', () => {
  const world = new OptimisticWorld(randomOf(1));
  const [first = absent(), ...others] = tables;
  for (const table of tables) world.report(table, ADD_C);
  for (const table of others) world.acknowledge(table);
  const key = formatDmKey({ kind: 'optimistic-info', task, table: first });
  world.store.put(key, '{');
  world.acknowledge(first);
  const { state } = world.coordinator;
  expect([...state.outbox].map(({ kind }) => kind)).toEqual(['remove-optimistic-lock']);
  expect(state.settledRevision).toBe(state.revision);
  expect(pictureOf(world.recovered())).toEqual(pictureOf(state));
  world.restart();
  world.store.delete(key);
  world.coordinator.catchUp();
  expect(world.coordinator.state.outbox.size).toBe(0);
  expect(world.store.range('/dm-master/')).toMatchObject([{}, {}]);
});
