import { describe, expect, it } from '@jest/globals';
import type { UpstreamTable } from '../../../src/core/model/names';
import { tableKey } from '../../../src/core/model/table-key';
import type { Mutation } from '../../../src/core/model/store';
import { LOCKSTEP_LEADER_KEY } from '../../../src/core/wire/lockstep-keys';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { items, lockId, OptimisticWorld, orders, pictureOf, randomOf, tables, task } from './optimistic-world';

const [A, B, C] = tables;
const ADD_C = 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` INT';
const DROP_N = 'ALTER TABLE `shop`.`orders` DROP COLUMN `n`';

function started(): OptimisticWorld {
  const world = new OptimisticWorld(randomOf(1));
  world.declare();
  return world;
}

function isStored(
  world: OptimisticWorld,
  kind: 'optimistic-info' | 'optimistic-operation',
  table: UpstreamTable,
): boolean {
  return world.store.get(formatDmKey({ kind, task, table })) !== null;
}

function expectRest(world: OptimisticWorld): void {
  expect(world.coordinator.state.outbox.size).toBe(0);
  expect(pictureOf(world.recovered())).toEqual(pictureOf(world.coordinator.state));
}

function keyOf(mutation: Mutation): string {
  return mutation.kind === 'delete-prefix' ? mutation.prefix : mutation.key;
}

function valueOf(mutation: Mutation): string {
  return mutation.kind === 'put' ? mutation.value : '';
}

if (A === undefined || B === undefined || C === undefined) throw new Error('the world has tables');

describe('a report for another target than its worker lists the table for', () => {
  it('is of nobody who speaks for the table: it goes, and the table begins anew where it is listed', () => {
    const world = started();
    world.report(A, ADD_C);
    world.report(A, DROP_N, items);
    expect(isStored(world, 'optimistic-info', A)).toBe(false);
    expect(isStored(world, 'optimistic-operation', A)).toBe(false);
    const { targets } = world.coordinator.state;
    expect([...targets.values()].map(({ lockId: id, lock }) => [id, lock?.lock.origin.id])).toEqual([[lockId, lockId]]);
    expectRest(world);
  });

  it('moves a table that nobody lists', () => {
    const world = started();
    world.listed.delete(A);
    world.list(A.source);
    world.report(A, ADD_C, orders);
    world.report(A, DROP_N, items);
    expect(isStored(world, 'optimistic-operation', A)).toBe(true);
    const { target, member } = world.coordinator.state.tables.get(tableKey(task, A)) ?? {};
    expect([target?.table, member?.done]).toEqual([items, false]);
    expectRest(world);
  });
});

describe('a table that has left', () => {
  it('loses its info, its operation and its record, and is forgotten', () => {
    const world = started();
    world.report(A, ADD_C);
    world.report(B, DROP_N);
    world.listed.delete(A);
    world.list(A.source);
    expect(isStored(world, 'optimistic-info', A)).toBe(false);
    expect(isStored(world, 'optimistic-operation', A)).toBe(false);
    expect(world.coordinator.published.map(({ kind }) => kind)).toContain('TableRemoved');
    expectRest(world);
  });

  it('and comes back begins anew, although what it left behind was not deleted in time', () => {
    const world = started();
    world.coordinator.beforeWrite = () => false;
    world.report(A, ADD_C);
    world.listed.delete(A);
    world.list(A.source);
    world.coordinator.beforeWrite = () => true;
    // Its info has no record, so the new leader leaves it alone: it may be DM's.
    world.coordinator.restart();
    expect(isStored(world, 'optimistic-info', A)).toBe(true);
    world.listed.set(A, orders);
    world.list(A.source);
    expect(isStored(world, 'optimistic-info', A)).toBe(false);
    expect(world.coordinator.state.targets.get(lockId)?.lock).toBeNull();
    expectRest(world);
  });

  it('for another target leaves nothing in the first one, and owes nothing', () => {
    const world = started();
    world.report(A, DROP_N);
    world.listed.set(A, items);
    world.list(A.source);
    expect(world.store.range('/lockstep/decision/')).toEqual([]);
    expect(world.store.range('/dm-master/shardddl-optimism/dropped-columns/')).toEqual([]);
    expectRest(world);
  });

  it('is not answered by a write that was planned before', () => {
    const world = started();
    world.report(A, ADD_C);
    let raced = false;
    world.coordinator.beforeWrite = () => {
      if (!raced) {
        raced = true;
        world.listed.delete(B);
        world.store.transact([], [world.listing(B.source)]);
      }
      return true;
    };
    world.report(B, ADD_C);
    expect(isStored(world, 'optimistic-operation', B)).toBe(false);
    expectRest(world);
  });

  it('keeps the records of its lock until its info is gone, so that no restart takes that for new', () => {
    const world = started();
    world.report(A, ADD_C);
    // Only what forgets a table is lost.
    world.coordinator.beforeWrite = ({ events }) => !events.some(({ kind }) => kind === 'TableRemoved');
    for (const table of tables) world.listed.delete(table);
    for (const { source } of tables) world.list(source);
    expect(world.store.range('/lockstep/lock/')).toHaveLength(1);
    world.coordinator.beforeWrite = () => true;
    world.coordinator.restart();
    expect(isStored(world, 'optimistic-info', A)).toBe(false);
    expect(world.store.range('/lockstep/lock/')).toEqual([]);
    expectRest(world);
  });
});

describe('a new leader', () => {
  it('knows no more than the one before it had stored, and so does who has read the whole stream', () => {
    const world = started();
    world.report(A, ADD_C);
    world.coordinator.beforeWrite = () => false;
    // Of this table nothing is stored but that it was listed.
    world.listed.delete(B);
    world.list(B.source);
    world.follower.catchUp();
    expect(world.follower.state.outbox.size).toBe(1);
    world.coordinator.beforeWrite = () => true;
    world.store.put(LOCKSTEP_LEADER_KEY, 'another');
    world.coordinator.restart();
    world.follower.catchUp();
    expect(world.follower.state.outbox.size).toBe(0);
    expectRest(world);
  });

  it('tells that a lock is synced once, whoever leads', () => {
    const world = started();
    for (const table of tables) world.report(table, ADD_C);
    const told = (): number => world.coordinator.published.filter(({ kind }) => kind === 'LockSynced').length;
    expect(told()).toBe(1);
    world.coordinator.restart();
    expect(told()).toBe(1);
    world.report(A, DROP_N);
    for (const table of tables.slice(1)) world.report(table, DROP_N);
    expect(told()).toBe(2);
  });
});

describe('the record of an acknowledgement', () => {
  it('is in the answer to the next info, so that no crash between the two loses it', () => {
    const world = started();
    for (const table of tables) world.report(table, DROP_N);
    const [last, ...others] = [...tables].reverse();
    if (last === undefined) throw new Error('the world has tables');
    for (const table of others) world.acknowledge(table);
    // The last table to drop the column executes the drop; that it has is stored, and told by no record.
    world.coordinator.beforeWrite = () => false;
    world.acknowledge(last);
    // Its next info is answered, and then the leader dies.
    let left = 1;
    world.coordinator.beforeWrite = () => (left -= 1) >= 0;
    world.report(last, ADD_C);
    world.follower.catchUp();
    world.coordinator.beforeWrite = () => true;
    world.coordinator.restart();
    expect(world.store.range('/dm-master/shardddl-optimism/dropped-columns/')).toEqual([]);
    expect(world.coordinator.published.map(({ kind }) => kind)).toContain('OperationDone');
    world.follower.catchUp();
    expect(pictureOf(world.follower.state)).toEqual(pictureOf(world.coordinator.state));
    expectRest(world);
  });

  it('is not lost when it comes between an info and its answer', () => {
    const world = started();
    world.report(A, ADD_C);
    let raced = false;
    world.coordinator.beforeWrite = ({ events }) => {
      if (!raced && events.some(({ kind }) => kind === 'InfoReceived')) {
        raced = true;
        world.acknowledgeUnseen(A);
        return true;
      }
      // Everything after the answer is lost.
      return !raced || events.some(({ kind }) => kind === 'InfoReceived');
    };
    world.report(A, DROP_N);
    world.coordinator.beforeWrite = () => true;
    world.follower.catchUp();
    world.coordinator.restart();
    world.follower.catchUp();
    expect(pictureOf(world.follower.state)).toEqual(pictureOf(world.coordinator.state));
    expectRest(world);
  });

  it('does not take back what a person released meanwhile', () => {
    const world = started();
    world.report(A, ADD_C);
    world.report(B, 'ALTER TABLE `shop`.`orders` ADD COLUMN `c` BIGINT');
    world.report(A, DROP_N);
    // The acknowledgement is stored, its record is lost, and the next leader finds both, and the action.
    world.coordinator.beforeWrite = () => false;
    for (const table of [A, B]) world.acknowledge(table);
    world.act({
      kind: 'unlock-optimistic',
      lockId,
      ifIncarnation: null,
      tables: [],
      sources: [],
      exec: true,
      force: true,
    });
    world.coordinator.beforeWrite = () => true;
    world.coordinator.restart();
    expectRest(world);
  });

  it('and whose source was removed and listed again begins anew, although the leader died before its records went', () => {
    const lives = [false, true].map((crashes) => {
      const world = started();
      world.report(C, ADD_C);
      world.acknowledge(C);
      world.report(A, ADD_C);
      const isClearing = (keys: readonly string[]): boolean =>
        keys.every((key) => !key.startsWith('/lockstep/action/'));
      if (crashes) world.coordinator.beforeWrite = ({ mutations }) => !isClearing(mutations.map(keyOf));
      world.act({ kind: 'remove-meta', task, sources: [C.source], force: true });
      world.store.put(keyOf(world.listing(C.source)), valueOf(world.listing(C.source)));
      world.coordinator.beforeWrite = () => true;
      if (crashes) world.coordinator.restart();
      else world.coordinator.catchUp();
      world.acknowledge(A);
      expectRest(world);
      const target = world.coordinator.state.targets.get(lockId);
      const members = [...(target?.tables ?? [])].map(({ key, member }) => [
        key,
        member?.normal.fingerprint,
        member?.done,
      ]);
      return { remain: target?.lock?.lock.remain, members: members.sort() };
    });
    expect(lives[1]).toEqual(lives[0]);
    expect(lives[0]).toMatchObject({ remain: 3 });
  });
});

describe('a source that is left out', () => {
  it('comes back in conflict if nobody had redirected it', () => {
    const world = started();
    world.report(A, 'ALTER TABLE `shop`.`orders` RENAME COLUMN `n` TO `m`');
    world.act({ kind: 'exclude-source', task, source: A.source, undo: false });
    expectRest(world);
    world.act({ kind: 'exclude-source', task, source: A.source, undo: true });
    expectRest(world);
  });

  it('keeps the columns that it has dropped', () => {
    const world = started();
    world.report(A, DROP_N);
    world.act({ kind: 'exclude-source', task, source: A.source, undo: false });
    expectRest(world);
    world.act({ kind: 'exclude-source', task, source: A.source, undo: true });
    const marks = world.coordinator.state.targets.get(lockId)?.lock?.lock.dropped;
    expect([...(marks ?? [])].map(([, { column }]) => column)).toEqual(['n']);
    expectRest(world);
  });
});
