import { describe, expect, it } from '@jest/globals';
import { parseSourceId } from '../../../src/core/model/names';
import type { SourceId } from '../../../src/core/model/names';
import { ADD_C1, infoKey, PessimisticWorld, TASK } from './pessimistic-world';

/** Each source waits in a lock of its own, so that there are as many locks as sources, and every source is in each. */
const SOURCES = Array.from({ length: 12 }, (_, index) => `s${index + 10}`);
const LIMIT = 20;

function waitingWorld(): PessimisticWorld {
  const world = new PessimisticWorld(SOURCES, LIMIT);
  for (const source of SOURCES) world.report(source, [ADD_C1], `t_${source}`);
  return world;
}

function stored(world: PessimisticWorld): string[] {
  const own = ['lock', 'lock-sources', 'participant', 'ddl-conflict', 'task', 'source-attempt'];
  const prefixes = ['/dm-master/', ...own.map((kind) => `/lockstep/${kind}/`)];
  return prefixes.flatMap((prefix) => world.store.range(prefix).map(({ key }) => key));
}

function removeMeta(world: PessimisticWorld, sources: readonly SourceId[]): string {
  return world.ask({ kind: 'remove-meta', task: TASK, sources, force: true });
}

/** How many writes the removal takes when nothing goes wrong. */
function countWrites(sources: readonly SourceId[]): number {
  const world = waitingWorld();
  const before = world.coordinator.written.length;
  removeMeta(world, sources);
  return world.coordinator.written.length - before;
}

const SCOPES: readonly (readonly [string, readonly SourceId[]])[] = [
  ['a task', []],
  ['sources', SOURCES.slice(0, 5).map(parseSourceId)],
];

describe.each(SCOPES)('removing what is stored of %s with more locks than one write holds', (_what, sources) => {
  const isGone = (source: string): boolean => sources.length === 0 || sources.includes(parseSourceId(source));

  function check(world: PessimisticWorld, id: string): void {
    expect(world.outcome(id)).toBe('done');
    const stays = SOURCES.filter((source) => !isGone(source));
    expect(SOURCES.filter((source) => world.store.get(infoKey(source)) !== null)).toEqual(stays);
    for (const source of stays)
      expect([...(world.lock(`t_${source}`)?.participants.keys() ?? [])].sort()).toEqual(stays);
    if (stays.length === 0) expect(stored(world)).toEqual([]);
    const gone = SOURCES.filter(isGone).map((source) => Buffer.from(source).toString('hex'));
    const left = stored(world).filter((key) => gone.some((hex) => key.split('/').includes(hex)));
    expect(left).toEqual([]);
    world.coordinator.restart();
    expect(world.coordinator.state.outbox.size).toBe(0);
    for (const source of stays)
      expect([...(world.lock(`t_${source}`)?.participants.keys() ?? [])].sort()).toEqual(stays);
  }

  it('goes in parts, none of which is too large', () => {
    const world = waitingWorld();
    let largest = 0;
    world.coordinator.beforeWrite = ({ compares, mutations }) => {
      largest = Math.max(largest, compares.length, mutations.length);
      return true;
    };
    check(world, removeMeta(world, sources));
    expect(largest).toBeLessThanOrEqual(LIMIT);
    expect(countWrites(sources)).toBeGreaterThan(3);
  });

  const crashes = Array.from({ length: countWrites(sources) }, (_, index) => index);

  it.each(crashes)('survives that the leader dies after %i of its writes', (survivors) => {
    const world = waitingWorld();
    let left = survivors;
    world.coordinator.beforeWrite = () => (left -= 1) >= 0;
    const id = removeMeta(world, sources);
    world.coordinator.beforeWrite = () => true;
    world.coordinator.restart();
    check(world, id);
  });
});

it('tells nobody anything while it runs, and goes on with what is left when it has ended', () => {
  const world = waitingWorld();
  const removed = SOURCES.slice(1).map(parseSourceId);
  let left = 2;
  world.coordinator.beforeWrite = () => (left -= 1) >= 0;
  removeMeta(world, removed);
  expect(world.told()).toEqual({});
  world.coordinator.beforeWrite = () => true;
  world.coordinator.restart();
  expect(world.told()).toEqual({ s10: 'exec' });
});

it.each(SCOPES)(
  'of %s takes nothing that is reported after it, even if a step of it is made once more',
  (_what, sources) => {
    const world = new PessimisticWorld(SOURCES);
    const [first = ''] = SOURCES;
    world.report(first, [ADD_C1]);
    const { written } = world.coordinator;
    const before = written.length;
    expect(world.outcome(removeMeta(world, sources))).toBe('done');
    world.report(first, [ADD_C1]);
    const steps = written.slice(before).filter(({ events }) => events.some(({ kind }) => kind === 'MetaRemoved'));
    expect(steps).toHaveLength(1);
    for (const { compares, mutations } of steps) expect(world.coordinator.change(mutations, compares)).toBe(false);
    expect(world.store.get(infoKey(first))).not.toBeNull();
  },
);
