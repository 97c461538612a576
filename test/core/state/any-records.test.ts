import { expect, it } from '@jest/globals';
import type { Mutation } from '../../../src/core/model/store';
import { recover } from '../../../src/core/state/recovery';
import { dmKeyKind } from '../../../src/core/wire/dm-keys';
import { parseLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { SimulatedStore } from '../../support/simulated-store';
import { OptimisticWorld, randomOf } from './optimistic-world';
import { ADD_C1, ADD_C2, PessimisticWorld } from './pessimistic-world';

const SEEDS = process.env['LOCKSTEP_TEST_FULL'] === '1' ? 3_000 : 150;
const STEPS = 80;

/** Keys and values of one kind that stood in the store at some time. */
interface Pool {
  readonly keys: Set<string>;
  readonly values: Set<string>;
}

/** Everything that was stored in some histories of both modes, by its kind. */
function harvest(): ReadonlyMap<string, Pool> {
  const pools = new Map<string, Pool>();
  const take = (store: SimulatedStore): void => {
    for (const { key, value } of store.range('')) {
      const kind = dmKeyKind(key) ?? parseLockstepKey(key)?.kind ?? key;
      const pool = pools.get(kind) ?? { keys: new Set(), values: new Set() };
      pools.set(kind, pool);
      pool.keys.add(key);
      if (pool.values.size < 400) pool.values.add(value);
    }
  };
  for (let seed = 50_000; seed < 50_012; seed += 1) {
    const world = new OptimisticWorld(randomOf(seed));
    world.declare();
    for (let step = 0; step < 60; step += 1) {
      world.happenWidely();
      take(world.store);
    }
    playPessimistic(randomOf(seed), take);
  }
  return pools;
}

function playPessimistic(random: (below: number) => number, take: (store: SimulatedStore) => void): void {
  const sources = ['s1', 's2', 's3'];
  const world = new PessimisticWorld(sources);
  for (let step = 0; step < 40; step += 1) {
    const source = sources[random(3)] ?? 's1';
    const what = random(10);
    if (what < 4) world.report(source, [random(4) === 0 ? ADD_C2 : ADD_C1], random(3) === 0 ? 'items' : 'orders');
    else if (what < 7) world.acknowledge(source);
    else if (what === 7) world.unlock({ forceRemove: random(2) === 0 });
    else if (what === 8) world.breakOut(source, { exec: random(2) === 0 });
    else world.coordinator.elapse(11_000);
    take(world.store);
  }
}

const pools = harvest();

/** Some change of the store: values of one kind under any key of it, or keys that go. */
function anyChange(random: (below: number) => number, store: SimulatedStore): Mutation[] {
  const stored = store.range('');
  const changes = new Map<string, Mutation>();
  for (let left = 1 + random(3); left > 0; left -= 1) {
    if (random(4) === 0) {
      const key = stored[random(Math.max(1, stored.length))]?.key;
      if (key !== undefined) changes.set(key, { kind: 'delete', key });
      continue;
    }
    const pool = [...pools.values()][random(pools.size)];
    const key = [...(pool?.keys ?? [])][random(pool?.keys.size ?? 1)];
    const value = [...(pool?.values ?? [])][random(pool?.values.size ?? 1)];
    if (key !== undefined && value !== undefined) changes.set(key, { kind: 'put', key, value });
  }
  return [...changes.values()];
}

it('there are records of both modes to be mixed', () => {
  const kinds = [...pools.keys()];
  for (const kind of ['optimistic-info', 'pessimistic-info', 'decision', 'lock', 'participant', 'action', 'break'])
    expect(kinds).toContain(kind);
});

it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
  'seed %i: whatever readable records stand in the store, in any order, no server ends by them, nor can’t start',
  (seed) => {
    const random = randomOf(seed + 60_000);
    const store = new SimulatedStore();
    const options = { recover, limits: { operationsPerWrite: seed % 2 === 0 ? 24 : 126 } };
    const leader = new SimulatedCoordinator(store, options);
    const follower = new SimulatedCoordinator(store, options);
    leader.lead();
    for (let step = 0; step < STEPS; step += 1) {
      leader.change(anyChange(random, store));
      if (random(6) === 0) leader.elapse(5_000);
      if (random(8) === 0) leader.restart();
      if (random(8) === 0) follower.restart();
      else follower.catchUp();
    }
    expect(follower.state.revision).toBe(store.revision);
  },
);
