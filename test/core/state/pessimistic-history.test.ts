import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { LockEvent } from '../../../src/core/model/lock-event';
import { CoordinatorState } from '../../../src/core/state/coordinator-state';
import { recover } from '../../../src/core/state/recovery';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { snapshotOf } from './pessimistic-snapshot';
import { ADD_C1, ADD_C2, PessimisticWorld, WAIT_MS } from './pessimistic-world';

const SOURCES = ['s1', 's2', 's3', 's4'];
const TABLES = ['orders', 'items'];

/** Numbers in [0, 1) that follow from a seed alone. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class History {
  readonly world: PessimisticWorld;
  readonly random: () => number;
  /** A second server, which only follows. */
  readonly follower: SimulatedCoordinator;

  constructor(
    readonly seed: number,
    readonly withActions: boolean,
    operationsPerWrite = 128,
  ) {
    this.world = new PessimisticWorld(SOURCES, operationsPerWrite);
    this.follower = new SimulatedCoordinator(this.world.store, { recover });
    this.random = randomOf(seed);
  }

  pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.random() * values.length)];
    if (value === undefined) throw new Error('nothing to pick');
    return value;
  }

  step(): void {
    const { world } = this;
    const dice = this.random();
    const source = this.pick(SOURCES);
    if (dice < 0.4) return this.report(source);
    if (dice < 0.75) return void world.acknowledge(source);
    if (dice < 0.8) return this.crash(() => world.acknowledge(source));
    if (dice < 0.85) return this.crash(() => this.report(source));
    if (dice < 0.88) return world.report(source, [this.pick([ADD_C1, ADD_C2])], this.pick(TABLES));
    if (dice < 0.9 && this.withActions)
      return world.declare(SOURCES, {
        excluded: this.random() < 0.5 ? [] : [...(world.lock()?.participants.keys() ?? [])].slice(0, 1),
      });
    if (dice < 0.95) return world.coordinator.elapse(WAIT_MS / 2);
    if (!this.withActions) return;
    if (this.random() < 0.6)
      world.unlock({
        table: this.pick(TABLES),
        forceRemove: this.random() < 0.3,
        ...(this.random() < 0.4 ? { owner: source } : {}),
      });
    else world.breakOut(source, { exec: this.random() < 0.5, force: this.random() < 0.5 });
  }

  /** As a worker does: only if it isn't about to be told that its last operation is through. */
  report(source: string): void {
    if (this.world.operation(source)?.done === true) return;
    const ddls = this.random() < 0.9 ? [ADD_C1] : [ADD_C2];
    this.world.report(source, ddls, this.random() < 0.85 ? 'orders' : 'items');
  }

  /** The leader dies at one of its next writes; another one goes on. */
  crash(change: () => unknown): void {
    const { coordinator } = this.world;
    let left = Math.floor(this.random() * 3);
    coordinator.beforeWrite = () => {
      left -= 1;
      return left >= 0;
    };
    change();
    coordinator.beforeWrite = () => true;
    coordinator.restart();
  }

  /** Everybody does his part until nothing moves; where sources wait for each other in two locks, a person helps. */
  finish(): void {
    const { world } = this;
    world.declare(SOURCES);
    for (let round = 0; round < 30; round += 1) {
      world.coordinator.elapse(WAIT_MS);
      if (round >= 20)
        for (const table of TABLES) if (world.lock(table) !== undefined) world.unlock({ table, forceRemove: true });
      for (const source of SOURCES) world.acknowledge(source);
      for (const source of SOURCES) {
        const lock = TABLES.map((table) => world.lock(table)).find((found) => found !== undefined);
        if (lock !== undefined && world.operation(source)?.done !== true)
          world.report(source, lock.origin.ddls, lock.origin.target.table);
      }
    }
  }
}

function recovered(world: PessimisticWorld): CoordinatorState {
  const state = new CoordinatorState({ operationsPerWrite: 128 });
  recover(state, world.store.range(''), world.store.revision);
  return state;
}

function countBy(events: readonly LockEvent[], kind: LockEvent['kind']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.kind !== kind || !('incarnation' in event)) continue;
    const key = `${event.lockId} ${event.incarnation}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** As `toEqual`, at a tenth of its time where nothing differs. */
function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

const seeds = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

describe('in a random history', () => {
  /** With 10 operations a write is about one source, so that nearly everything comes in parts. */
  const cases = [
    ...seeds(1, 25).map((seed) => [seed, 128] as const),
    // A restart with two locks, of which one waits for what the other's records say.
    ...seeds(5_121, 1).map((seed) => [seed, 128] as const),
    ...seeds(101, 25).map((seed) => [seed, 10] as const),
  ];

  it.each(cases)(
    'two roads lead to one state, and all comes to an end (seed %i, %i operations a write)',
    (seed, most) => {
      const history = new History(seed, true, most);
      const { world, follower } = history;
      for (let count = 0; count < 50; count += 1) {
        history.step();
        follower.catchUp();
        const live = snapshotOf(world.coordinator.state);
        expectSame(snapshotOf(recovered(world)), live);
        expectSame(snapshotOf(follower.state), live);
      }
      history.finish();
      expect([...world.coordinator.state.pessimistic.locks.keys()]).toEqual([]);
      expect(world.store.range('/dm-master/').map(({ key, value }) => `${key} ${value}`)).toEqual([]);
      for (const kind of ['lock', 'lock-sources', 'participant', 'ddl-conflict'])
        expect(world.store.range(`/lockstep/${kind}/`)).toEqual([]);
      expect(world.store.range('/lockstep/break/')).toEqual([]);
      follower.lead();
      expect(follower.state.outbox.size).toBe(0);
    },
  );

  const quiet = [
    ...seeds(1_000, 25).map((seed) => [seed, 128] as const),
    ...seeds(1_100, 15).map((seed) => [seed, 10] as const),
  ];

  it.each(quiet)(
    'one executes, nobody skips before, and every event comes once (seed %i, %i operations a write)',
    (seed, most) => {
      const history = new History(seed, false, most);
      const { published } = history.world.coordinator;
      for (let count = 0; count < 60; count += 1) history.step();
      history.finish();
      const created = countBy(published, 'LockCreated');
      expect([...created.values()].every((count) => count === 1)).toBe(true);
      for (const kind of ['LockSynced', 'LockResolved'] as const) {
        for (const [lock, count] of countBy(published, kind))
          expect([lock, count, created.get(lock)]).toEqual([lock, 1, 1]);
      }
      checkOrders(published);
    },
  );
});

/** Invariant 1 of 7-operations.md: by the events, in their order. */
function checkOrders(published: readonly LockEvent[]): void {
  const executors = new Map<string, string>();
  const executed = new Set<string>();
  for (const event of published) {
    if (event.kind !== 'OperationPut' && event.kind !== 'OperationDone') continue;
    const lock = `${event.lockId} ${event.incarnation}`;
    const { source } = event.participant;
    if (event.kind === 'OperationDone') {
      if (executors.get(lock) === source) executed.add(lock);
    } else if (event.exec === true) {
      expect([lock, executed.has(lock)]).toEqual([lock, false]);
      executors.set(lock, source);
    } else {
      expect([lock, executed.has(lock)]).toEqual([lock, true]);
    }
  }
}
