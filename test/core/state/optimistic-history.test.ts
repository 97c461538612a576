import { describe, expect, it } from '@jest/globals';
import type { CoordinatorState } from '../../../src/core/state/coordinator-state';
import { obligationId } from '../../../src/core/state/obligation';
import { OptimisticWorld, pictureOf, randomOf, tables } from './optimistic-world';

const SEEDS = process.env['LOCKSTEP_TEST_FULL'] === '1' ? 1_000 : 60;

describe('random histories of an optimistic lock', () => {
  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    'seed %i: a restart changes nothing when nothing is owed',
    (seed) => {
      const world = new OptimisticWorld(randomOf(seed), limitOf(seed));
      for (let step = 0; step < 60; step += 1) {
        world.happen();
        if (world.losing > 0 || world.coordinator.state.outbox.owed > 0) continue;
        expect({ seed, step, picture: pictureOf(world.recovered()) }).toEqual({
          seed,
          step,
          picture: pictureOf(world.coordinator.state),
        });
      }
    },
  );

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 10_000))(
    'seed %i: whatever is lost, nothing stays owed after a restart',
    (seed) => {
      const world = new OptimisticWorld(randomOf(seed), limitOf(seed));
      for (let step = 0; step < 60; step += 1) world.happen();
      world.losing = 0;
      world.restart();
      for (let round = 0; round < 4; round += 1) for (const table of tables) world.acknowledge(table);
      expectNothingOwed(world, seed);
    },
  );

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 20_000))(
    'seed %i: with tables that move and sources that go, a restart changes nothing and writes nothing',
    (seed) => {
      const world = new OptimisticWorld(randomOf(seed), limitOf(seed));
      world.declare();
      for (let step = 0; step < 60; step += 1) {
        world.happenWidely();
        world.follower.catchUp();
        expectOneState(world, seed, step);
      }
    },
  );

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed + 30_000))(
    'seed %i: with a downstream that answers now and then, a restart changes nothing, and all is answered in the end',
    (seed) => {
      const random = randomOf(seed + 1);
      const world = new OptimisticWorld(randomOf(seed), limitOf(seed), true);
      world.inOrder = true;
      for (let step = 0; step < 60; step += 1) {
        if (random(6) === 0) world.toggleDownstream();
        world.happen();
        world.follower.catchUp();
        expectOneState(world, seed, step);
      }
      if (!world.answers) world.toggleDownstream();
      world.losing = 0;
      world.restart();
      for (let round = 0; round < 4; round += 1) for (const table of tables) world.acknowledge(table);
      expectNothingOwed(world, seed);
    },
  );
});

/** Who starts now, who leads, and who only follows have the same state, if nothing is owed that isn't idle. */
function expectOneState(world: OptimisticWorld, seed: number, step: number): void {
  if (world.losing > 0 || world.coordinator.state.outbox.owed > 0) return;
  const recovered = world.recovered();
  const leader = world.coordinator.state;
  const expected = { seed, step, owed: owedBy(leader), picture: pictureOf(leader) };
  expect({ seed, step, owed: owedBy(recovered), picture: pictureOf(recovered) }).toEqual(expected);
  const { state } = world.follower;
  expect({ seed, step, owed: owedBy(state), picture: pictureOf(state) }).toEqual(expected);
}

function expectNothingOwed({ coordinator: { state } }: OptimisticWorld, seed: number): void {
  const owed = [...state.outbox].map(({ kind }) => kind);
  expect({ seed, owed }).toEqual({ seed, owed: [] });
  const unanswered = [...state.tables.values()].filter((entry) => entry.target !== null && !entry.isAnswered);
  expect({ seed, unanswered: unanswered.map(({ key }) => key) }).toEqual({ seed, unanswered: [] });
}

/** Every other history removes locks in parts. */
function limitOf(seed: number): number {
  return seed % 2 === 0 ? 24 : 16;
}

/** What a new leader would write. */
function owedBy(state: CoordinatorState): string[] {
  return [...state.outbox].map(obligationId).sort();
}
