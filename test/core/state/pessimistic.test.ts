import { describe, expect, it } from '@jest/globals';
import { parseSourceId } from '../../../src/core/model/names';
import { waitReasonsOf } from '../../../src/core/pessimistic/waiting';
import { otherLockOf } from '../../../src/core/state/pessimistic-due';
import { formatDmKey } from '../../../src/core/wire/dm-keys';
import { writePessimisticOperation } from '../../../src/core/wire/pessimistic-operation';
import { ADD_C1, ADD_C2, infoPut, lockIdOf, PessimisticWorld, TASK } from './pessimistic-world';

describe('a lock', () => {
  it('lets the owner execute once all have reported, then the others skip, and goes', () => {
    const world = new PessimisticWorld(['s1', 's2', 's3']);
    world.report('s2');
    world.report('s1');
    expect(world.told()).toEqual({});
    world.report('s3');
    expect(world.told()).toEqual({ s2: 'exec' });
    expect(world.acknowledge('s2')).toBe(true);
    expect(world.told()).toEqual({ s1: 'skip', s2: 'exec!', s3: 'skip' });
    world.acknowledge('s1');
    world.acknowledge('s3');
    expect(world.told()).toEqual({});
    expect(world.lock()).toBeUndefined();
    expect(world.store.range('/lockstep/lock/')).toEqual([]);
    expect(world.events()).toEqual([
      'LockCreated s2',
      'InfoReceived s2',
      'InfoReceived s1',
      'InfoReceived s3',
      'LockSynced',
      'OperationPut s2 exec',
      'OperationDone s2',
      'OperationPut s1 skip',
      'OperationPut s3 skip',
      'OperationDone s1',
      'OperationDone s3',
      'LockResolved',
    ]);
    expect(world.coordinator.state.outbox.size).toBe(0);
  });

  it('says nothing twice when messages are repeated', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    world.report('s2');
    const { published, store } = world.coordinator;
    const count = published.length;
    for (const kind of ['pessimistic-operation', 'pessimistic-info'] as const) {
      const key = formatDmKey({ kind, task: TASK, source: parseSourceId('s1') });
      world.coordinator.change([{ kind: 'put', key, value: store.get(key)?.value ?? '' }]);
    }
    world.acknowledge('s1');
    expect(world.acknowledge('s1')).toBe(false);
    expect(world.told()).toEqual({ s1: 'exec!', s2: 'skip' });
    const since = world.events().slice(count);
    expect(since).toEqual(['InfoReceived s1', 'OperationPut s1 exec', 'OperationDone s1', 'OperationPut s2 skip']);
  });

  it('tells a source again that reports again, with an operation that is newer than its report', () => {
    const world = new PessimisticWorld(['s1']);
    world.report('s1');
    world.report('s1');
    const key = formatDmKey({ kind: 'pessimistic-operation', task: TASK, source: parseSourceId('s1') });
    const operation = world.store.get(key)?.modRevision ?? 0;
    expect(operation).toBeGreaterThan(world.lock()?.participants.get(parseSourceId('s1'))?.infoRevision ?? Infinity);
  });

  it('compares DDLs as sets with counts', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1', [ADD_C1, ADD_C2]);
    world.report('s2', [ADD_C2, ADD_C1]);
    expect(world.told()).toEqual({ s1: 'exec' });
  });

  it('shows differing DDLs until the next report of that source, and stays as it is (P5)', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    world.report('s2', [ADD_C2]);
    world.report('s2', [ADD_C2], 'items');
    expect(world.lock()?.conflicts.size).toBe(0);
    world.report('s2', [ADD_C2]);
    expect(world.lock()?.conflicts.get(parseSourceId('s2'))?.ddls).toEqual([ADD_C2]);
    expect(world.events().filter((event) => event === 'ConflictDetected s2')).toHaveLength(2);
    world.report('s2');
    expect(world.lock()?.conflicts.size).toBe(0);
    expect(world.told()).toEqual({ s1: 'exec' });
  });

  it('answers a source that reports again after its part with skip, which moves nothing else (P7)', () => {
    const world = new PessimisticWorld(['s1', 's2', 's3']);
    for (const source of ['s1', 's2', 's3']) world.report(source);
    world.acknowledge('s1');
    world.acknowledge('s2');
    world.report('s1');
    expect(world.told()).toEqual({ s1: 'skip', s2: 'skip!', s3: 'skip' });
    world.acknowledge('s3');
    expect(world.lock()?.resolved).toBe(false);
    world.acknowledge('s1');
    expect(world.lock()).toBeUndefined();
  });
});

describe('sources of a task', () => {
  const reasons = (world: PessimisticWorld): string[] => {
    const lock = world.lock();
    return lock === undefined
      ? []
      : waitReasonsOf(lock, (source) => otherLockOf(world.coordinator.state, lock, source)).map(({ kind }) => kind);
  };

  it('that nobody declared keep the lock waiting (P10)', () => {
    const world = new PessimisticWorld();
    world.report('s1');
    expect(world.told()).toEqual({});
    expect(reasons(world)).toEqual(['sources-not-declared']);
    world.declare(['s1'], { declared: false });
    expect(reasons(world)).toEqual(['sources-not-declared']);
    world.declare(['s1', 's2']);
    expect(reasons(world)).toEqual(['not-reported']);
    world.report('s2');
    expect(world.told()).toEqual({ s1: 'exec' });
  });

  it('join with their report, though the task does not name them (P9)', () => {
    const world = new PessimisticWorld(['s1']);
    world.report('s9');
    expect(world.lock()?.remain).toBe(1);
    world.report('s1');
    expect(world.told()).toEqual({ s9: 'exec' });
  });

  it('of a DM cluster are its subtasks', () => {
    const world = new PessimisticWorld();
    const subtask = (source: string, mode: string): void => {
      const key = formatDmKey({ kind: 'subtask', task: TASK, source: parseSourceId(source) });
      world.coordinator.change([
        { kind: 'put', key, value: `name = "test"\nsource-id = "${source}"\nshard-mode = "${mode}"\n` },
      ]);
    };
    subtask('s1', 'pessimistic');
    subtask('s2', 'pessimistic');
    world.report('s1');
    expect(reasons(world)).toEqual(['not-reported']);
    world.report('s2');
    expect(world.told()).toEqual({ s1: 'exec' });
    subtask('s3', 'pessimistic');
    expect(world.lock()?.remain).toBe(0);
    world.report('s2');
    expect(world.lock()?.remain).toBe(1);
  });

  it('that are left out count as ready and done; another one executes in their place', () => {
    const world = new PessimisticWorld(['s1', 's2', 's3']);
    world.report('s1');
    world.report('s2');
    world.declare(['s1', 's2', 's3'], { excluded: [parseSourceId('s3')] });
    expect(world.told()).toEqual({ s1: 'exec' });
    world.declare(['s1', 's2', 's3'], { excluded: [parseSourceId('s1'), parseSourceId('s3')] });
    expect(world.told()).toEqual({ s2: 'exec' });
    world.report('s3');
    expect(world.lock()?.participants.get(parseSourceId('s3'))?.ready).toBe(false);
    world.acknowledge('s2');
    expect(world.lock()).toBeUndefined();
    expect(world.isWaiting('s3')).toBe(true);
    world.declare(['s1', 's2', 's3']);
    expect(world.lock()?.owner).toBe('s1');
  });
});

describe('an acknowledgement that answers no order', () => {
  const done = (world: PessimisticWorld): void => {
    const source = parseSourceId('s1');
    const operation = { lockId: lockIdOf(), task: TASK, source, ddls: [ADD_C1], exec: true, done: true };
    const key = formatDmKey({ kind: 'pessimistic-operation', task: TASK, source });
    world.coordinator.change([{ kind: 'put', key, value: writePessimisticOperation(operation) }]);
  };

  it('is ignored and told, as the lock is not synced', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    done(world);
    expect(world.lock()?.participants.get(parseSourceId('s1'))?.done).toBe(false);
    expect(world.coordinator.ignoredAcknowledgements).toBe(1);
    world.coordinator.restart();
    world.report('s1');
    expect(world.coordinator.ignoredAcknowledgements).toBe(1);
  });

  it('is a repetition if the source is done, and no error', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    world.report('s2');
    world.acknowledge('s1');
    done(world);
    expect(world.coordinator.ignoredAcknowledgements).toBe(0);
  });
});

describe('faults that such systems really had', () => {
  it('the next DDL arrives between the last done and the clean-up: both locks end', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    world.report('s2');
    world.acknowledge('s1');
    let isNext = false;
    world.coordinator.beforeWrite = ({ events }) => {
      if (!isNext && events.some(({ kind }) => kind === 'LockResolved')) {
        isNext = true;
        world.store.transact([], [infoPut('s1', [ADD_C2])]);
      }
      return true;
    };
    world.acknowledge('s2');
    expect(isNext).toBe(true);
    expect(world.lock()?.origin.ddls).toEqual([ADD_C2]);
    world.report('s2', [ADD_C2]);
    world.acknowledge('s1');
    world.acknowledge('s2');
    expect(world.lock()).toBeUndefined();
    expect(world.store.range('/dm-master/')).toEqual([]);
  });

  it('a source sends the same DDL again while the lock is cleaned up: it is told to skip, nobody executes twice', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    world.report('s2');
    world.acknowledge('s1');
    let isAgain = false;
    world.coordinator.beforeWrite = ({ events }) => {
      if (!isAgain && events.some(({ kind }) => kind === 'LockResolved')) {
        isAgain = true;
        world.store.transact([], [infoPut('s1', [ADD_C1])]);
      }
      return true;
    };
    world.acknowledge('s2');
    expect(world.told()).toEqual({ s1: 'skip', s2: 'skip!' });
    world.acknowledge('s1');
    expect(world.lock()).toBeUndefined();
  });

  it('an operation is put while its source acknowledges: the acknowledgement is not overwritten', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    world.report('s1');
    const key = formatDmKey({ kind: 'pessimistic-operation', task: TASK, source: parseSourceId('s1') });
    const other = writePessimisticOperation({
      lockId: lockIdOf(),
      task: TASK,
      source: parseSourceId('s1'),
      ddls: [ADD_C1],
      exec: true,
      done: true,
    });
    let races = 0;
    world.coordinator.beforeWrite = ({ mutations }) => {
      if (races === 0 && mutations.some((mutation) => mutation.kind === 'put' && mutation.key === key)) {
        races += 1;
        world.store.put(key, other);
      }
      return true;
    };
    world.report('s2');
    expect(races).toBe(1);
    // It names an operation that nobody had put, so it doesn't count (P11): the owner is told.
    expect(world.told()).toEqual({ s1: 'exec' });
  });

  it('a finished operation that belongs to no lock is cleaned, so that its worker can report again (P1)', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    const key = formatDmKey({ kind: 'pessimistic-operation', task: TASK, source: parseSourceId('s1') });
    const value = writePessimisticOperation({
      lockId: lockIdOf(),
      task: TASK,
      source: parseSourceId('s1'),
      ddls: [ADD_C1],
      exec: true,
      done: true,
    });
    world.coordinator.change([{ kind: 'put', key, value }]);
    expect(world.told()).toEqual({});
    world.coordinator.follow();
    world.store.put(key, value);
    world.coordinator.restart();
    world.coordinator.lead();
    expect(world.told()).toEqual({});
  });

  it('a lock waits while another one has an operation for the source, and deletes only its own (P6)', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    for (const source of ['s1', 's2']) world.report(source);
    for (const source of ['s1', 's2']) world.report(source, [ADD_C2], 'items');
    expect(world.operation('s1')?.lockId).toBe(lockIdOf());
    const lock = world.lock('items');
    expect(lock?.synced).toBe(true);
    expect(lock === undefined ? null : otherLockOf(world.coordinator.state, lock, parseSourceId('s1'))).toBe(
      lockIdOf(),
    );
    world.report('s1');
    world.acknowledge('s1');
    world.report('s2');
    world.acknowledge('s2');
    expect(world.lock()).toBeUndefined();
    expect(world.operation('s1')?.lockId).toBe(lockIdOf('items'));
  });

  it('an unreadable info is reported and stops nobody else', () => {
    const world = new PessimisticWorld(['s1', 's2']);
    const key = formatDmKey({ kind: 'pessimistic-info', task: TASK, source: parseSourceId('s2') });
    world.coordinator.change([{ kind: 'put', key, value: '{' }]);
    expect([...world.coordinator.state.problems.keys()]).toEqual([key]);
    world.report('s1');
    world.report('s2');
    expect(world.coordinator.state.problems.size).toBe(0);
    expect(world.told()).toEqual({ s1: 'exec' });
  });
});

it.each([1, 3, 40])('more sources than one write may hold: %i', (count) => {
  const sources = Array.from({ length: count }, (_, index) => `s${index}`);
  const world = new PessimisticWorld(sources, 12);
  for (const source of sources) world.report(source);
  for (const source of sources) expect(world.acknowledge(source)).toBe(true);
  expect(world.lock()).toBeUndefined();
  expect(world.store.range('/dm-master/')).toEqual([]);
  for (const { compares, mutations } of world.coordinator.written) {
    expect(Math.max(compares.length, mutations.length)).toBeLessThanOrEqual(12);
  }
});
