import { describe, expect, it } from '@jest/globals';
import { parseSourceId, parseTaskName, parseUpstreamTable } from '../../../src/core/model/names';
import { recover } from '../../../src/core/state/recovery';
import { formatLockstepKey, LOCKSTEP_SETTLED_KEY, parseLockstepKey } from '../../../src/core/wire/lockstep-keys';
import { readSettledRecord, writeSettledRecord } from '../../../src/core/wire/settled-record';
import { parseRevision } from '../../../src/core/model/revision';
import { SimulatedCoordinator } from '../../support/simulated-coordinator';
import { SimulatedStore } from '../../support/simulated-store';

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
