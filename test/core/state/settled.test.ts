import { describe, expect, it } from '@jest/globals';
import { parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import { problemsOf } from '../../../src/core/diagnosis/problems';
import { recover } from '../../../src/core/state/recovery';
import { formatLockstepKey, LOCKSTEP_SETTLED_KEY, parseLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { readSettledRecord, writeSettledRecord } from '../../../src/core/wire/settled-record';
import { parseRevision } from '../../../src/core/model/revision';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { SimulatedStore } from '../../support/simulated-store';
import { snapshotOf } from './pessimistic-snapshot';
import { PessimisticWorld, WAIT_MS } from './pessimistic-world';

const MANY = 1_001;

function leader(): { store: SimulatedStore; coordinator: SimulatedCoordinator } {
  const store = new SimulatedStore();
  const coordinator = new SimulatedCoordinator(store, { recover });
  coordinator.lead();
  return { store, coordinator };
}

describe('the record of what is settled', () => {
  it('comes back, under its own key', () => {
    const record = { revision: parseRevision(17) };
    expect(readSettledRecord(writeSettledRecord(record))).toEqual({ kind: 'record', record });
    expect(formatLockstepKey({ kind: 'settled' })).toBe(LOCKSTEP_SETTLED_KEY);
    expect(parseLockstepKey(LOCKSTEP_SETTLED_KEY)).toEqual({ kind: 'settled' });
    expect(() => readSettledRecord('{"v":1,"revision":-1}', 'key')).toThrow(/^key: revision/u);
  });

  it('is written once where others write much and nothing follows from it', () => {
    const { store, coordinator } = leader();
    const others = (count: number): void => {
      for (let put = 0; put < count; put += 1) store.put('/dm-worker/r/1', `${put}`);
      coordinator.catchUp();
      coordinator.elapse(1);
    };
    others(MANY - 1);
    expect(store.get(LOCKSTEP_SETTLED_KEY)).toBeNull();
    others(1);
    const stored = store.get(LOCKSTEP_SETTLED_KEY);
    expect(readSettledRecord(stored?.value ?? '')).toMatchObject({ record: { revision: MANY } });
    expect(coordinator.state.settledRecord).toBe(MANY);
    others(1);
    expect(store.get(LOCKSTEP_SETTLED_KEY)).toEqual(stored);
    expect(coordinator.state.outbox.size).toBe(0);
  });
});

it('of a table of which nothing is stored any more nothing is kept', () => {
  const { store, coordinator } = leader();
  const table = parseUpstreamTable(parseSourceId('s1'), 'db', 'a');
  const key = formatLockstepKey({ kind: 'initial-schema', task: parseTaskName('merge'), table });
  // Not a schema that can be read: what is told of it is the store's matter.
  store.put(key, '{"v":1,"schema":""}');
  coordinator.catchUp();
  expect(coordinator.state.problems.size).toBe(1);
  store.delete(key);
  coordinator.catchUp();
  expect([...coordinator.state.problems.keys(), ...coordinator.state.tables.keys()]).toEqual([]);
});

describe('what waits for people or workers, maybe for days', () => {
  const rows: readonly (readonly [string, (world: PessimisticWorld) => void, (world: PessimisticWorld) => void])[] = [
    [
      'a break that nobody answers',
      (world) => {
        world.report('s1');
        const id = world.breakOut('s1', { force: true });
        world.coordinator.elapse(WAIT_MS);
        expect(world.outcome(id)).toBe('PART_OF_WORKERS_FAILED');
      },
      (world) => {
        world.acknowledge('s1');
        expect(world.operation('s1')).toBeNull();
        expect(world.events().at(-1)).toBe('LockBroken s1');
      },
    ],
    [
      'an order that waits until the source is through with that of another lock',
      (world) => {
        for (const source of ['s1', 's2']) world.report(source);
        world.acknowledge('s1');
        for (const source of ['s2', 's1']) world.report(source, undefined, 'items');
        expect(world.told()).toEqual({ s1: 'exec!', s2: 'skip' });
        expect(world.lock('items')?.synced).toBe(true);
      },
      (world) => {
        world.acknowledge('s2');
        world.report('s2', undefined, 'items');
        expect(world.told()).toEqual({ s2: 'exec' });
      },
    ],
  ];

  it.each(rows)('does not hold up what is settled: %s', (_what, begin, end) => {
    const world = new PessimisticWorld(['s1', 's2']);
    const { coordinator, store } = world;
    begin(world);
    for (let put = 0; put <= MANY; put += 1) store.put('/dm-worker/r/1', `${put}`);
    coordinator.catchUp();
    // The first time that passes is for a look at what has expired.
    for (let tick = 0; tick < 2; tick += 1) coordinator.elapse(1);
    const { state } = coordinator;
    expect(state.outbox.size).toBeGreaterThan(0);
    expect(state.settledRecord).toBeGreaterThan(MANY);
    expect(state.settledRevision).toBe(state.revision);
    // A server that starts there knows the same, waits for the same, and ends it in the same way.
    const before = snapshotOf(state);
    const owed = [...state.outbox];
    coordinator.restart();
    expect(coordinator.state).not.toBe(state);
    expect(snapshotOf(coordinator.state)).toEqual(before);
    expect([...coordinator.state.outbox]).toEqual(owed);
    end(world);
  });

  it('is a problem once a start would have to read very much', () => {
    const { state } = leader().coordinator;
    state.settledRecord = parseRevision(7);
    state.revision = parseRevision(100_006);
    expect(problemsOf(state)).toEqual([]);
    state.revision = parseRevision(100_007);
    expect(problemsOf(state)).toMatchObject([
      { kind: 'long-start', sentence: expect.stringMatching(/100000 changes/u) },
    ]);
  });
});
